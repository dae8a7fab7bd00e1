// What the hasher's worker and the page tell each other.

export interface ToHasher {
  id: number;
  blob: Blob;
}

export type FromHasher = { id: number; digest: string } | { id: number; problem: string };
