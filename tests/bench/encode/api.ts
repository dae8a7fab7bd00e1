// What the page offers to the driver in node.

export type Format = "png" | "jpeg" | "webp" | "qoi" | "jxl";

export interface Written {
  milliseconds: number;
  bytes: number;
  threads: number;
}

declare global {
  interface Window {
    /** Decodes the chosen picture to this size, once for all that follows. */
    prepare(width: number, height: number): Promise<void>;
    /** Writes it by `image.encode`, in this browser. */
    ours(format: Format): Promise<Written>;
    /** Writes it by `canvas.toBlob`; undefined where the browser has no such format. */
    theirs(format: Format): Promise<Written | undefined>;
  }
}
