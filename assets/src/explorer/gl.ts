/**
 * Tiles by WebGL2. The planes stay on the graphics card, so that another palette is one pass over what is there:
 * count and fraction → a place on the ring → a colour, once a tile. Drawing then is a textured square each.
 */
import { type Paint, shown, start, turns } from "./colours/colour.ts";
import { modes } from "./colours/modes.ts";
import { bins } from "./colours/ranks.ts";
import { colouring } from "./colours/shader.ts";
import { table, tableSize } from "./palettes.ts";
import type { Borders, Quad, Surface } from "./surface.ts";
import { side, type Tile } from "./tiles.ts";

const everywhere = `#version 300 es
void main() {
  gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0, 1);
}`;

const placing = `#version 300 es
uniform vec4 place;
uniform vec3 part;
out vec2 at;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  at = part.xy + corner * part.z;
  gl_Position = vec4(place.xy + corner * place.zw, 0, 1);
}`;

const drawing = `#version 300 es
precision highp float;
uniform sampler2D colours;
uniform vec4 border;
in vec2 at;
out vec4 colour;
void main() {
  colour = texture(colours, at);
  // border.a: device pixels from one edge of the whole tile to the other.
  vec2 away = min(at, 1.0 - at) * border.a;
  float edge = 1.0 - smoothstep(1.0, 2.0, min(away.x, away.y));
  if (border.a > 0.0) colour.rgb = mix(colour.rgb, border.rgb, edge);
}`;

interface Held {
  counts: WebGLTexture;
  fractions: WebGLTexture;
  /** The planes that only some modes need. */
  distance: WebGLTexture | undefined;
  angle: WebGLTexture | undefined;
  colours: WebGLTexture;
  /** The paint that `colours` has. */
  painted: number;
}

interface Program {
  program: WebGLProgram;
  at: (name: string) => WebGLUniformLocation | null;
}

export class GlSurface implements Surface {
  readonly kind = "webgl2";
  readonly #gl: WebGL2RenderingContext;
  readonly #held = new Map<Tile, Held>();
  readonly #colouring: Program;
  readonly #drawing: Program;
  readonly #ring: WebGLTexture;
  readonly #target: WebGLFramebuffer;
  /** Tiles of this frame. */
  readonly #used = new Set<Tile>();
  #deadline = 0;
  behind = false;
  readonly #ranks: WebGLTexture;
  #paint: Paint;
  #painted = 0;
  #width = 1;
  #height = 1;

  private constructor(gl: WebGL2RenderingContext, paint: Paint) {
    this.#gl = gl;
    this.#colouring = program(gl, everywhere, colouring);
    this.#drawing = program(gl, placing, drawing);
    this.#ring = gl.createTexture();
    this.#ranks = gl.createTexture();
    this.#target = gl.createFramebuffer();
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    this.#paint = paint;
    this.paint(paint);
  }

  /** Undefined where the browser has no WebGL2, or it does not work. */
  static on(canvas: HTMLCanvasElement, paint: Paint): GlSurface | undefined {
    const gl = canvas.getContext("webgl2", {
      alpha: false,
      antialias: false,
      depth: false,
      powerPreference: "high-performance",
    });
    if (!gl || gl.isContextLost()) return undefined;
    return new GlSurface(gl, paint);
  }

  paint(paint: Paint): void {
    const gl = this.#gl;
    this.#paint = paint;
    this.#painted++;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.#ring);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, tableSize, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, table(paint.palette));
    filter(gl, gl.LINEAR, gl.REPEAT);
    const ranks = paint.ranks ?? new Float32Array(bins);
    gl.bindTexture(gl.TEXTURE_2D, this.#ranks);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, bins, 1, 0, gl.RED, gl.FLOAT, ranks);
    filter(gl, gl.NEAREST, gl.CLAMP_TO_EDGE);
  }

  begin(deadline: number): void {
    this.#deadline = deadline;
    this.behind = false;
    this.#used.clear();
  }

  prepare(tile: Tile): boolean {
    let held = this.#held.get(tile);
    if (!held) {
      if (performance.now() > this.#deadline) {
        this.behind = true;
        return false;
      }
      held = this.#upload(tile);
      this.#held.set(tile, held);
    }
    this.#used.add(tile);
    if (held.painted !== this.#painted) this.#colour(tile, held);
    return true;
  }

  draw(quads: readonly Quad[], borders: Borders): void {
    const gl = this.#gl;
    const { program, at } = this.#drawing;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, this.#width, this.#height);
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.useProgram(program);
    gl.activeTexture(gl.TEXTURE0);
    const place = at("place");
    const part = at("part");
    const border = at("border");
    gl.uniform4f(border, 0, 0, 0, 0);
    for (const { tile, left, top, width, u, v, part: length } of quads) {
      const held = this.#held.get(tile);
      if (!held) continue;
      gl.bindTexture(gl.TEXTURE_2D, held.colours);
      const x = (left / this.#width) * 2 - 1;
      const y = 1 - (top / this.#height) * 2;
      gl.uniform4f(place, x, y, (width / this.#width) * 2, (-width / this.#height) * 2);
      gl.uniform3f(part, u, v, length);
      if (borders) {
        const [r, g, b] = borders[tile.place];
        gl.uniform4f(border, r, g, b, width / length);
      }
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    }
    this.#tidy();
  }

  /** Graphics memory is scarcer than the page's: what has been out of sight goes, and comes again when it is seen. */
  #tidy(): void {
    let spare = this.#held.size - 2 * this.#used.size - 32;
    for (const tile of this.#held.keys()) {
      if (spare <= 0) return;
      if (this.#used.has(tile)) continue;
      this.forget(tile);
      spare--;
    }
  }

  resize(width: number, height: number): void {
    this.#width = width;
    this.#height = height;
  }

  forget(tile: Tile): void {
    const held = this.#held.get(tile);
    if (!held) return;
    this.#held.delete(tile);
    for (const texture of [held.counts, held.fractions, held.distance, held.angle, held.colours]) {
      if (texture) this.#gl.deleteTexture(texture);
    }
  }

  destroy(): void {
    for (const tile of [...this.#held.keys()]) this.forget(tile);
    const gl = this.#gl;
    gl.deleteTexture(this.#ring);
    gl.deleteTexture(this.#ranks);
    gl.deleteFramebuffer(this.#target);
    gl.deleteProgram(this.#colouring.program);
    gl.deleteProgram(this.#drawing.program);
  }

  #upload(tile: Tile): Held {
    const gl = this.#gl;
    const texture = (internal: number, format: number, type: number, data: ArrayBufferView | null, smooth: boolean) => {
      const made = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D, made);
      gl.texImage2D(gl.TEXTURE_2D, 0, internal, side, side, 0, format, type, data);
      filter(gl, smooth ? gl.LINEAR : gl.NEAREST, gl.CLAMP_TO_EDGE);
      return made;
    };
    const plane = (data: Float32Array<ArrayBuffer>) => texture(gl.R32F, gl.RED, gl.FLOAT, data, false);
    gl.activeTexture(gl.TEXTURE0);
    return {
      counts: texture(gl.R32UI, gl.RED_INTEGER, gl.UNSIGNED_INT, tile.count, false),
      fractions: plane(tile.fraction),
      distance: tile.distance && plane(tile.distance),
      angle: tile.angle && plane(tile.angle),
      colours: texture(gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, null, true),
      painted: 0,
    };
  }

  #colour(tile: Tile, held: Held): void {
    const gl = this.#gl;
    const { program, at } = this.#colouring;
    const paint = this.#paint;
    const mode = shown(paint.mode, tile, paint.ranks);
    const measured = { distance: held.distance, angle: held.angle, histogram: this.#ranks, smooth: null, slope: null };
    gl.useProgram(program);
    for (const [unit, texture, name] of [
      [0, held.counts, "counts"],
      [1, held.fractions, "fractions"],
      [2, this.#ring, "ring"],
      [3, measured[mode] ?? held.fractions, "measured"],
    ] as const) {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.uniform1i(at(name), unit);
    }
    gl.uniform1i(at("mode"), modes.indexOf(mode));
    gl.uniform1f(at("level"), tile.level);
    gl.uniform2f(at("turn"), turns(mode, paint), start(paint));
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, held.colours, 0);
    gl.viewport(0, 0, side, side);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.activeTexture(gl.TEXTURE0);
    held.painted = this.#painted;
  }
}

function filter(gl: WebGL2RenderingContext, how: number, wrap: number): void {
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, how);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, how);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, wrap);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, wrap);
}

function program(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
  const made = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) throw new Error("the graphics context is lost");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`the graphics card takes no program: ${gl.getProgramInfoLog(made)}`);
  }
  const places = new Map<string, WebGLUniformLocation | null>();
  return {
    program: made,
    at: (name) => {
      if (!places.has(name)) places.set(name, gl.getUniformLocation(made, name));
      return places.get(name) ?? null;
    },
  };
}
