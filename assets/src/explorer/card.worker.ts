/**
 * Whether there is a graphics card behind WebGL2: `true` or `false` is the only message. It is asked in a worker,
 * because where there is none, the answer takes long enough for a frame of the page to be missed.
 */

/** Names of drivers that have the processor do the graphics card's work. */
const software = /swiftshader|llvmpipe|softpipe|swrast|software|basic render/i;

/** By the driver's name, because browsers grant `failIfMajorPerformanceCaveat` to drivers of software too. */
function accelerated(): boolean {
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  return !software.test(String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER)));
}

self.postMessage(accelerated());
