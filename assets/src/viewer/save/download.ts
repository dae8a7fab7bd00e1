/** Hands finished files to the visitor. What is large is written to the browser's own disk first, not kept in memory. */

const prefix = "locus-export-";

/** Offers a file as a download. */
export function offer(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // Browsers that ask where to save read it only when that is answered.
  setTimeout(() => URL.revokeObjectURL(link.href), 10 * 60_000);
}

/** Files of earlier exports; those that another tab still writes are locked and stay. */
async function sweep(folder: FileSystemDirectoryHandle): Promise<void> {
  for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) {
    if (name.startsWith(prefix)) await folder.removeEntry(name).catch(() => undefined);
  }
}

/** A stream as a file: on disk where the browser has a file system of its own for the page, else in memory. */
export async function collected(stream: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<Blob> {
  const handle = await (async () => {
    const folder = await navigator.storage.getDirectory();
    await sweep(folder);
    return folder.getFileHandle(`${prefix}${Date.now().toString(36)}`, { create: true });
  })().catch(() => undefined);
  const writable = await handle?.createWritable?.().catch(() => undefined);
  if (!handle || !writable) {
    const stopped = stream.pipeThrough(new TransformStream(), { signal });
    return new Response(stopped as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
  }
  await stream.pipeTo(writable as WritableStream<Uint8Array>, { signal });
  return handle.getFile();
}
