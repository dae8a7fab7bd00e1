/** Which files fit a budget: the newest do, and those that are passed over for them are told. */

interface Sized {
  /** Higher for those that came later. */
  readonly id: number;
  readonly bytes: number | undefined;
}

/** Both in the order of `files`. A file that is larger than what is left does not keep smaller, older ones out. */
export function plan<File extends Sized>(files: readonly File[], budget: number): { keep: File[]; leave: File[] } {
  let left = budget;
  const kept = new Set<File>();
  for (const file of [...files].sort((a, b) => b.id - a.id)) {
    const bytes = file.bytes ?? 0;
    if (bytes > left) continue;
    left -= bytes;
    kept.add(file);
  }
  return { keep: files.filter((file) => kept.has(file)), leave: files.filter((file) => !kept.has(file)) };
}
