/** Which files are pictures, as far as their names tell. What a file really is, the codec finds out. */

/** Endings of the formats that are opened, without the dot. */
const endings = [
  ..."jxl png apng jpg jpeg jpe jfif webp gif tif tiff bmp dib qoi pnm pbm pgm ppm pam pfm".split(" "),
  ..."ico cur tga dds ff exr hdr pic rgbe".split(" "),
];
const known = new Set(endings);

/** For a file dialog. */
export const accept = ["image/*", ...endings.map((ending) => `.${ending}`)].join(",");

/** In words, for people. */
export const formatWords = "JPEG XL, PNG, JPEG, WebP, GIF, TIFF, BMP, QOI, OpenEXR, Radiance HDR and more";

/** Whether a file in a folder is a picture. */
export function looksLikePicture(name: string): boolean {
  const dot = name.lastIndexOf(".");
  return dot > 0 && known.has(name.slice(dot + 1).toLowerCase());
}

/** Whether a file that somebody points at may be one: its name says so, or nobody can say what it is instead. */
export function mayBePicture(file: File): boolean {
  if (looksLikePicture(file.name)) return true;
  return file.type === "" || (file.type.startsWith("image/") && !file.type.startsWith("image/svg"));
}
