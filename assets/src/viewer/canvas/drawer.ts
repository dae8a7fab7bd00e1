/**
 * Draws tiles on a 2D canvas so that they can be trusted to the pixel: a tile's edges fall on whole device pixels, so
 * neighbours neither overlap nor leave a seam, and at whole magnifications one sample is one square of the screen.
 * Enlarged pixels stay sharp, reduced ones are smoothed.
 */
import OpenSeadragon from "openseadragon";
import type { PictureSource } from "./source.ts";

/** Where the picture lies, in device pixels of the canvas, and how many of them one of its pixels takes. */
export interface Placement {
  x: number;
  y: number;
  width: number;
  height: number;
  scale: number;
}

/** Rounds what differs from a whole magnification by less than a pixel in ten thousand, and then the corner too. */
export function placement(viewport: OpenSeadragon.Viewport, width: number, height: number): Placement {
  const ratio = OpenSeadragon.pixelDensityRatio;
  const corner = viewport.pixelFromPoint(new OpenSeadragon.Point(0, 0), true);
  const shown = viewport.getContainerSize().x * viewport.getZoom(true) * ratio;
  const scale = shown / width;
  const whole = Math.round(scale);
  const exact = whole >= 1 && Math.abs(scale - whole) < 1e-4 * whole;
  const used = exact ? whole : scale;
  const x = corner.x * ratio;
  const y = corner.y * ratio;
  return {
    x: exact ? Math.round(x) : x,
    y: exact ? Math.round(y) : y,
    width: width * used,
    height: height * used,
    scale: used,
  };
}

export class BitmapDrawer extends OpenSeadragon.DrawerBase {
  readonly #context: CanvasRenderingContext2D;
  /** While set, a frame without tiles leaves the canvas as it is: the picture before stays until the next is there. */
  holding = false;
  /** Called after the first frame that shows the new picture. */
  onfirst: () => void = () => {};
  /** Keys of the picture, and of the one that lies over it right of the divider. */
  base: string | undefined;
  over: string | undefined;
  /** The divider in device pixels. */
  divider = 0;
  #film: ImageBitmap | undefined;
  /** The film ends as soon as tiles of the picture with this key are there. */
  until: string | undefined;

  constructor(options: OpenSeadragon.DrawerConstructorParameters) {
    super(options);
    this.#context = this.canvas.getContext("2d", { colorSpace: "srgb" }) as CanvasRenderingContext2D;
  }

  static override isSupported(): boolean {
    return true;
  }

  override getType(): string {
    return "bitmap";
  }

  override getSupportedDataFormats(): string[] {
    return ["imageBitmap"];
  }

  override canRotate(): boolean {
    return false;
  }

  override setImageSmoothingEnabled(): void {}

  /** Part of OpenSeadragon's contract for drawers, though not of its types. */
  _createDrawingElement(): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    canvas.dataset.role = "picture";
    return canvas;
  }

  override destroy(): void {
    super.destroy();
    this.canvas.remove();
  }

  /** A frame that is drawn instead of tiles; the one before is let go of. */
  set film(bitmap: ImageBitmap | undefined) {
    if (this.#film !== bitmap) this.#film?.close();
    this.#film = bitmap;
  }

  draw(items: OpenSeadragon.TiledImage[]): void {
    const find = (key: string | undefined) =>
      items.findLast(({ source }) => (source as PictureSource).picture.key === key);
    const item = find(this.base);
    const tiles = item?.getTilesToDraw() ?? [];
    if (this.#film && this.until !== undefined && this.until === this.base && tiles.length > 0) this.film = undefined;
    if (this.holding && tiles.length === 0 && !this.#film) return;
    this.#clear();
    if (!item) return;
    const { picture } = item.source as PictureSource;
    const place = placement(this.viewport, picture.width, picture.height);
    this.#context.imageSmoothingEnabled = place.scale < 1;
    this.#context.imageSmoothingQuality = "medium";
    if (this.#film) {
      this.#frame(this.#film, place);
      this.#begun();
      return;
    }
    const over = find(this.over);
    if (over) {
      const { width, height } = this.canvas;
      const aside = Math.round(this.divider);
      this.#within(0, 0, aside, height, () => this.#tiles(item, tiles, place));
      this.#within(aside, 0, width - aside, height, () => this.#tiles(over, over.getTilesToDraw(), place));
    } else {
      this.#tiles(item, tiles, place);
    }
    if (tiles.length > 0) this.#begun();
  }

  /** Something of the picture is on the screen. */
  #begun(): void {
    if (!this.holding) return;
    this.holding = false;
    this.onfirst();
  }

  #tiles(
    item: OpenSeadragon.TiledImage,
    tiles: ReturnType<OpenSeadragon.TiledImage["getTilesToDraw"]>,
    place: Placement,
  ): void {
    for (const { tile } of tiles) this.#tile(tile, item.source as PictureSource, place);
  }

  #within(x: number, y: number, width: number, height: number, draw: () => void): void {
    this.#context.save();
    this.#context.beginPath();
    this.#context.rect(x, y, width, height);
    this.#context.clip();
    draw();
    this.#context.restore();
  }

  #frame(bitmap: ImageBitmap, { x, y, width, height }: Placement): void {
    const left = Math.round(x);
    const top = Math.round(y);
    this.#context.drawImage(bitmap, left, top, Math.round(x + width) - left, Math.round(y + height) - top);
  }

  #clear(): void {
    const ratio = OpenSeadragon.pixelDensityRatio;
    const size = this.viewport.getContainerSize();
    const width = Math.round(size.x * ratio);
    const height = Math.round(size.y * ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    } else {
      this.#context.clearRect(0, 0, width, height);
    }
  }

  #tile(tile: OpenSeadragon.Tile, source: PictureSource, place: Placement): void {
    const bitmap = tile.loaded ? (this.getDataToDraw(tile) as ImageBitmap | undefined) : undefined;
    if (!bitmap) return;
    // Bounds are fractions of the picture's width, on both axes.
    const { bounds } = tile;
    const left = Math.round(place.x + bounds.x * place.width);
    const top = Math.round(place.y + bounds.y * place.width);
    const right = Math.round(place.x + (bounds.x + bounds.width) * place.width);
    const bottom = Math.round(place.y + (bounds.y + bounds.height) * place.width);
    if (right <= left || bottom <= top) return;
    // Finer tiles come after coarser ones: what lies beneath must not shine through.
    if (!source.picture.opaque) this.#context.clearRect(left, top, right - left, bottom - top);
    // An odd size halves to a last column that only half belongs to the picture.
    const reduced = source.picture.width * source.getLevelScale(tile.level);
    const width = Math.min(bitmap.width, bounds.width * reduced);
    const height = Math.min(bitmap.height, bounds.height * reduced);
    this.#context.drawImage(bitmap, 0, 0, width, height, left, top, right - left, bottom - top);
  }
}
