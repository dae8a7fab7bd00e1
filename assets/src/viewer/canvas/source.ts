/**
 * OpenSeadragon's view of a picture: tiles that come as bitmaps from whoever holds the pixels, not by address.
 */
import OpenSeadragon from "openseadragon";
import { tileSide } from "../raster/messages.ts";

/** What the canvas shows. `tile` halves the picture `depth` times and cuts squares of `tileSide` pixels. */
export interface Shown {
  /** Another key is another picture, or another look at it: nothing of the earlier one is reused. */
  readonly key: string;
  readonly width: number;
  readonly height: number;
  readonly opaque: boolean;
  tile(depth: number, column: number, row: number): Promise<ImageBitmap>;
}

/** A bitmap that OpenSeadragon lets go of gives its memory back at once. */
OpenSeadragon.converter.learnDestroy("imageBitmap", (bitmap: ImageBitmap) => bitmap.close());

export class PictureSource extends OpenSeadragon.TileSource {
  readonly picture: Shown;

  constructor(picture: Shown) {
    const { width, height } = picture;
    const longer = Math.max(width, height);
    const levels = Math.ceil(Math.log2(longer));
    // The coarsest level worth having is the one that fits one tile.
    const halvings = Math.max(0, Math.ceil(Math.log2(longer / tileSide)));
    super({ width, height, tileSize: tileSide, tileOverlap: 0, maxLevel: levels, minLevel: levels - halvings });
    this.picture = picture;
  }

  override getTileUrl(level: number, x: number, y: number): string {
    return `${this.picture.key}/${level}/${x}/${y}`;
  }

  override hasTransparency(): boolean {
    return !this.picture.opaque;
  }

  override downloadTileStart(job: OpenSeadragon.ImageJob): void {
    const { level, x, y } = job.tile as OpenSeadragon.Tile;
    this.picture.tile(this.maxLevel - level, x, y).then(
      (bitmap) => job.finish(bitmap, undefined as never, "imageBitmap"),
      // The picture has been put away meanwhile: nobody will look at this tile, and it is no failure to report.
      async () => job.finish(await createImageBitmap(new ImageData(1, 1)), undefined as never, "imageBitmap"),
    );
  }

  /** A tile takes a few milliseconds: it is left to arrive. */
  override downloadTileAbort(): void {}
}
