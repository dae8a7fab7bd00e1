// What the page offers to the driver in node.

declare global {
  interface Window {
    /** Looks at so many parts of the chosen picture, one after the other, on the server. */
    look(parts: number): Promise<void>;
  }
}

export {};
