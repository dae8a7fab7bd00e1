/**
 * OpenSeadragon without its own buttons, keys and network: pan and zoom of one picture by mouse, touch and calls.
 * Distances given and taken are CSS pixels of the stage; `scale` is device pixels of the screen for one of the picture.
 */
import OpenSeadragon from "openseadragon";
import { BitmapDrawer, placement } from "./drawer.ts";
import { PictureSource, type Shown } from "./source.ts";

export interface View {
  scale: number;
  /** All of the picture is in view, as `fit` puts it. */
  fitted: boolean;
  /** Nothing of the picture is cut off by the stage's edges. */
  whole: boolean;
  /** The picture's rectangle on the stage in CSS pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What of the stage's edges is covered by tools when they are shown; `fit` keeps clear of it. */
export interface Insets {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

export interface Events {
  view(view: View): void;
  /** The picture with this key is on the screen, first in whatever detail was at hand. */
  drawn(key: string): void;
}

/** Fields of the viewport that its types leave out. */
interface ZoomLimits {
  minZoomLevel: number;
  maxZoomLevel: number;
}

/** Largest magnification: one pixel of the picture as a square of 64. */
const most = 64;

export class Stage {
  readonly #viewer: OpenSeadragon.Viewer;
  readonly #drawer: BitmapDrawer;
  readonly #events: Events;
  #shown: Shown | undefined;
  #over: Shown | undefined;
  #insets: Insets = { top: 0, right: 0, bottom: 0, left: 0 };
  #fitted = true;

  constructor(element: HTMLElement, motion: boolean, events: Events) {
    this.#events = events;
    const gestures = {
      clickToZoom: false,
      dblClickToZoom: false,
      scrollToZoom: false,
      dragToPan: true,
      pinchToZoom: true,
      flickEnabled: motion,
      flickMinSpeed: 120,
      flickMomentum: 0.2,
    };
    this.#viewer = new OpenSeadragon.Viewer({
      element,
      drawer: BitmapDrawer as unknown as OpenSeadragon.DrawerConstructor,
      tabIndex: -1,
      showNavigationControl: false,
      showNavigator: false,
      keyboardNavEnabled: false,
      animationTime: motion ? 0.14 : 0,
      springStiffness: 7,
      blendTime: 0,
      immediateRender: true,
      imageLoaderLimit: 4,
      maxTilesPerFrame: 8,
      maxImageCacheCount: 96,
      tileRetryMax: 0,
      minPixelRatio: 0.5,
      visibilityRatio: 0.35,
      constrainDuringPan: false,
      minScrollDeltaTime: -1,
      gestureSettingsMouse: gestures,
      gestureSettingsTouch: gestures,
      gestureSettingsPen: gestures,
      gestureSettingsUnknown: gestures,
    });
    this.#drawer = this.#viewer.drawer as unknown as BitmapDrawer;
    this.#viewer.addHandler("canvas-scroll", (event) => this.#wheel(event));
    this.#viewer.addHandler("canvas-double-click", (event) => {
      event.preventDefaultAction = true;
      if (this.#fitted || this.view.scale < 1) this.actual(event.position);
      else this.fit();
    });
    this.#viewer.addHandler("canvas-drag", () => this.#moved());
    this.#viewer.addHandler("canvas-pinch", () => this.#moved());
    this.#viewer.addHandler("viewport-change", () => this.#tell());
    this.#viewer.addHandler("resize", () => this.#resized());
  }

  /**
   * Shows another picture, or none. `keep` leaves the view where it is (the same picture, decoded anew). `over`, of the
   * same size, lies over it right of the divider.
   */
  show(shown: Shown | undefined, keep: boolean, over?: Shown): void {
    const before = this.#shown;
    this.#shown = shown;
    this.#over = shown && over;
    this.#drawer.over = this.#over?.key;
    if (!shown) {
      this.#drawer.holding = false;
      this.#viewer.world.removeAll();
      this.#viewer.forceRedraw();
      return;
    }
    if (over) this.#add(over, () => this.#viewer.forceRedraw());
    if (before?.key === shown.key) {
      this.#tidy();
      return;
    }
    this.#add(shown, () => {
      this.#drawer.base = shown.key;
      this.#drawer.holding = true;
      this.#drawer.onfirst = () => {
        this.#tell();
        this.#events.drawn(shown.key);
      };
      this.#tidy();
      this.#limits();
      if (!keep || this.#fitted) this.fit(true);
      else this.#tell();
    });
  }

  /** Puts a picture into the world, unless it has been there or is not wanted any more when it comes. */
  #add(shown: Shown, then: () => void): void {
    const wanted = () => this.#shown?.key === shown.key || this.#over?.key === shown.key;
    this.#viewer.addTiledImage({
      tileSource: new PictureSource(shown),
      success: (event) => {
        const item = (event as unknown as { item: OpenSeadragon.TiledImage }).item;
        if (wanted()) then();
        else this.#viewer.world.removeItem(item);
      },
    });
  }

  /** Takes out of the world what is neither shown nor over it, and what is there twice. */
  #tidy(): void {
    const seen = new Set<string>();
    for (let index = this.#viewer.world.getItemCount() - 1; index >= 0; index--) {
      const item = this.#viewer.world.getItemAt(index);
      const { key } = (item.source as PictureSource).picture;
      const wanted = key === this.#shown?.key || key === this.#over?.key;
      if (!wanted || seen.has(key)) this.#viewer.world.removeItem(item);
      seen.add(key);
    }
    this.#viewer.forceRedraw();
  }

  /** A frame of an animation in place of the picture; it is the stage's to let go of. */
  film(bitmap: ImageBitmap): void {
    this.#drawer.until = undefined;
    this.#drawer.film = bitmap;
    this.#viewer.forceRedraw();
  }

  /** The film gives way to the picture that is shown, once that can be drawn. */
  endFilm(): void {
    this.#drawer.until = this.#shown?.key;
    if (!this.#shown) this.#drawer.film = undefined;
    this.#viewer.forceRedraw();
  }

  /** Where what lies over the picture begins, in CSS pixels from the left. */
  set divider(x: number) {
    this.#drawer.divider = x * OpenSeadragon.pixelDensityRatio;
    this.#viewer.forceRedraw();
  }

  /** Keeps `fit` clear of tools; a fitted picture follows. */
  set insets(insets: Insets) {
    this.#insets = insets;
    if (this.#fitted) this.fit();
  }

  /** All of the picture, not enlarged beyond its own pixels. */
  fit(immediately = false): void {
    if (!this.#shown || !this.#ready) return;
    const { width, height } = this.#shown;
    const { x: stageWidth } = this.#viewer.viewport.getContainerSize();
    const scale = this.#fitScale();
    const zoom = (scale * width) / stageWidth;
    const { top, right, bottom, left } = this.#insets;
    // The middle of what the tools leave free, as a distance from the stage's middle.
    const aside = (left - right) / 2 / (stageWidth * zoom);
    const down = (top - bottom) / 2 / (stageWidth * zoom);
    this.#limits();
    this.#viewer.viewport.zoomTo(zoom, undefined, immediately);
    this.#viewer.viewport.panTo(new OpenSeadragon.Point(0.5 - aside, height / width / 2 - down), immediately);
    this.#fitted = true;
    if (immediately) this.#viewer.forceRedraw();
    this.#tell();
  }

  /** Shows the picture at this scale, with the point at these shares of its sides in the stage's middle. */
  look(scale: number, x: number, y: number): void {
    if (!this.#shown || !this.#ready) return;
    const { width, height } = this.#shown;
    this.#limits();
    this.#viewer.viewport.zoomTo(this.#zoomOf(scale), undefined, true);
    this.#viewer.viewport.panTo(new OpenSeadragon.Point(x, (y * height) / width), true);
    this.#viewer.viewport.applyConstraints(true);
    this.#moved();
  }

  /** One pixel of the picture is one of the screen. `at` stays where it is. */
  actual(at?: OpenSeadragon.Point): void {
    this.#zoomTo(this.#zoomOf(1), at);
  }

  zoomBy(factor: number, at?: OpenSeadragon.Point): void {
    this.#zoomTo(this.#viewer.viewport.getZoom() * factor, at);
  }

  /** Moves the view by CSS pixels: positive x shows what lies to the right. */
  panBy(x: number, y: number): void {
    if (!this.#ready) return;
    const by = this.#viewer.viewport.deltaPointsFromPixels(new OpenSeadragon.Point(x, y));
    this.#viewer.viewport.panBy(by);
    this.#viewer.viewport.applyConstraints();
    this.#moved();
  }

  get view(): View {
    const { width = 1, height = 1 } = this.#shown ?? {};
    const place = placement(this.#viewer.viewport, width, height);
    const ratio = OpenSeadragon.pixelDensityRatio;
    const size = this.#viewer.viewport.getContainerSize();
    const view = { x: place.x / ratio, y: place.y / ratio, width: place.width / ratio, height: place.height / ratio };
    const whole =
      view.x >= -1 && view.y >= -1 && view.x + view.width <= size.x + 1 && view.y + view.height <= size.y + 1;
    return { scale: place.scale, fitted: this.#fitted, whole, ...view };
  }

  destroy(): void {
    this.#drawer.film = undefined;
    this.#viewer.destroy();
  }

  get #ready(): boolean {
    return this.#viewer.world.getItemCount() > 0;
  }

  /** CSS pixels for one pixel of the picture when it is fitted. */
  #fitScale(): number {
    const { width, height } = this.#shown as Shown;
    const size = this.#viewer.viewport.getContainerSize();
    const { top, right, bottom, left } = this.#insets;
    const free = { x: Math.max(64, size.x - left - right), y: Math.max(64, size.y - top - bottom) };
    return Math.min(free.x / width, free.y / height, 1 / OpenSeadragon.pixelDensityRatio);
  }

  #zoomOf(scale: number): number {
    const { width } = this.#shown as Shown;
    return (scale * width) / OpenSeadragon.pixelDensityRatio / this.#viewer.viewport.getContainerSize().x;
  }

  #limits(): ZoomLimits {
    const limits = this.#viewer.viewport as unknown as ZoomLimits;
    limits.minZoomLevel = this.#zoomOf(this.#fitScale() * OpenSeadragon.pixelDensityRatio) / 2;
    limits.maxZoomLevel = this.#zoomOf(most);
    return limits;
  }

  #zoomTo(zoom: number, at?: OpenSeadragon.Point): void {
    if (!this.#shown || !this.#ready) return;
    const { viewport } = this.#viewer;
    const size = viewport.getContainerSize();
    const { top, right, bottom, left } = this.#insets;
    const middle = new OpenSeadragon.Point((size.x + left - right) / 2, (size.y + top - bottom) / 2);
    const { minZoomLevel, maxZoomLevel } = this.#limits();
    const bounded = Math.min(maxZoomLevel, Math.max(minZoomLevel, zoom));
    viewport.zoomTo(bounded, viewport.pointFromPixel(at ?? middle, false));
    viewport.applyConstraints();
    this.#moved();
  }

  #wheel(event: OpenSeadragon.CanvasScrollEvent): void {
    event.preventDefaultAction = true;
    const wheel = event.originalEvent as WheelEvent;
    const lines =
      wheel.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : wheel.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 400;
    // A trackpad's pinch comes as a wheel with Ctrl and small steps.
    const speed = wheel.ctrlKey ? 0.01 : 0.0022;
    const turned = Math.max(-240, Math.min(240, wheel.deltaY * lines));
    this.zoomBy(Math.exp(-turned * speed), event.position);
  }

  #moved(): void {
    this.#fitted = false;
    this.#tell();
  }

  #resized(): void {
    if (this.#fitted) this.fit(true);
    else if (this.#shown && this.#ready) {
      this.#limits();
      this.#tell();
    }
  }

  #tell(): void {
    if (this.#shown && this.#ready) this.#events.view(this.view);
  }
}
