/** The colour of every pixel of a tile in the graphics card's language, as `colour.ts` says it. */
import { band, light, thread } from "./colour.ts";
import { modes } from "./modes.ts";
import { bins, perOctave } from "./ranks.ts";

const float = (value: number) => value.toFixed(6);
const cases = modes.map((mode, index) => `const int ${mode.toUpperCase()} = ${index};`).join("\n");

/** No view goes in, and no scale but the tile's own level. */
export const colouring = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
precision highp sampler2D;
uniform usampler2D counts;
uniform sampler2D fractions;
uniform sampler2D measured;
uniform sampler2D ring;
uniform vec2 turn;
uniform int mode;
uniform float level;
out vec4 colour;
const uint inside = 0xffffffffu;
${cases}

// From one pixel to another; counts are subtracted as whole numbers, which large floats are not.
float slope(ivec2 from, ivec2 to, ivec2 here) {
  uint a = texelFetch(counts, from, 0).r;
  uint b = texelFetch(counts, to, 0).r;
  float whole = b >= a ? float(b - a) : -float(a - b);
  float rise = whole + texelFetch(fractions, to, 0).r - texelFetch(fractions, from, 0).r;
  return from != here && to != here ? rise * 0.5 : rise;
}

ivec2 there(ivec2 at, ivec2 here) {
  ivec2 last = textureSize(counts, 0) - 1;
  if (any(lessThan(at, ivec2(0))) || any(greaterThan(at, last))) return here;
  return texelFetch(counts, at, 0).r == inside ? here : at;
}

float lit(ivec2 at) {
  float dx = slope(there(at - ivec2(1, 0), at), there(at + ivec2(1, 0), at), at);
  float dy = slope(there(at - ivec2(0, 1), at), there(at + ivec2(0, 1), at), at);
  float steep = length(vec2(dx, dy));
  float facing = steep > 0.0 ? (dx + dy) / (steep * ${float(Math.SQRT2)}) : 0.0;
  return (facing + ${float(light)}) / ${float(1 + light)};
}

float rank(float count) {
  float place = min(${float(bins - 1.001)}, log2(count + 1.0) * ${float(perOctave)});
  int bin = int(place);
  float from = texelFetch(measured, ivec2(bin, 0), 0).r;
  return mix(from, texelFetch(measured, ivec2(bin + 1, 0), 0).r, place - float(bin));
}

void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  uint count = texelFetch(counts, at, 0).r;
  colour = vec4(0, 0, 0, 1);
  if (count == inside) return;
  float fraction = texelFetch(fractions, at, 0).r;
  float smoothly = float(count) + fraction;
  float measure = sqrt(max(0.0, smoothly));
  float shade = 1.0;
  if (mode == SLOPE) {
    shade = lit(at);
  } else if (mode == DISTANCE) {
    float away = texelFetch(measured, at, 0).r;
    measure = level - log2(max(away, 1e-6));
    shade = smoothstep(0.0, 1.0, away / ${float(thread)});
  } else if (mode == HISTOGRAM) {
    measure = rank(smoothly);
  } else if (mode == ANGLE) {
    measure = texelFetch(measured, at, 0).r;
    shade = 1.0 - ${float(band)} * fraction;
  }
  colour.rgb = shade * texture(ring, vec2(fract(measure * turn.x + turn.y), 0.5)).rgb;
}`;
