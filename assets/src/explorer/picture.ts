/** A canvas as a small picture, its middle filling all of it. */
export async function shrunk(canvas: HTMLCanvasElement, width: number, height: number): Promise<Blob | undefined> {
  const small = document.createElement("canvas");
  [small.width, small.height] = [width, height];
  const scale = Math.max(width / canvas.width, height / canvas.height);
  const [w, h] = [width / scale, height / scale];
  const context = small.getContext("2d");
  if (!context) return undefined;
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, (canvas.width - w) / 2, (canvas.height - h) / 2, w, h, 0, 0, width, height);
  // Browsers that write no WebP give PNG instead.
  return (await new Promise<Blob | null>((take) => small.toBlob(take, "image/webp", 0.85))) ?? undefined;
}
