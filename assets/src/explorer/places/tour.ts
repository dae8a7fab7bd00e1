/** Places of the Mandelbrot set that have a name, for those who do not know where to begin. */
import { type Address, read } from "../url.ts";

export interface Place {
  id: string;
  name: string;
  /** What to look for there. */
  about: string;
  re: string;
  im: string;
  /** Powers of two from 256 pixels a unit on. */
  zoom: number;
  palette: string;
  limit?: number;
}

export const tour: readonly Place[] = [
  {
    id: "seahorses",
    name: "Seahorse Valley",
    about: "Between the heart and its largest disc",
    re: "-0.7485",
    im: "0.105",
    zoom: 6.6,
    palette: "dusk",
  },
  {
    id: "elephants",
    name: "Elephant Valley",
    about: "A row of trunks east of the heart",
    re: "0.2925",
    im: "0.0149",
    zoom: 6.6,
    palette: "moss",
  },
  {
    id: "seahorse-tail",
    name: "A seahorse's tail",
    about: "Spirals within spirals",
    re: "-0.743643887",
    im: "0.131825904",
    zoom: 14.5,
    palette: "reef",
  },
  {
    id: "double-spiral",
    name: "Double spiral",
    about: "Two arms that wind into each other",
    re: "-0.7436447860",
    im: "0.1318252536",
    zoom: 16.4,
    palette: "iris",
  },
  {
    id: "triple-spiral",
    name: "Triple spiral valley",
    about: "Three arms at every turn",
    re: "-0.0886",
    im: "0.6541",
    zoom: 7.2,
    palette: "ember",
  },
  {
    id: "quad-spiral",
    name: "Quad spiral valley",
    about: "Four arms at every turn",
    re: "0.2742",
    im: "0.4826",
    zoom: 7.4,
    palette: "reef",
  },
  {
    id: "scepter",
    name: "Scepter Valley",
    about: "Where the discs of the west meet",
    re: "-1.2512",
    im: "0.0318",
    zoom: 7.4,
    palette: "dusk",
  },
  {
    id: "needle",
    name: "The island on the needle",
    about: "A whole set near the westernmost point",
    re: "-1.98542425",
    im: "0",
    zoom: 10.4,
    palette: "iris",
  },
  {
    id: "north",
    name: "The northern island",
    about: "Lightning all around it",
    re: "-0.1592",
    im: "1.0338",
    zoom: 7.2,
    palette: "silver",
  },
  {
    id: "mini",
    name: "The largest island",
    about: "A small copy of everything",
    re: "-1.7548776662",
    im: "0",
    zoom: 5.3,
    palette: "ember",
  },
  {
    id: "dragon",
    name: "The curl",
    about: "Spirals at the end of every branch",
    re: "-0.74515",
    im: "0.18608",
    zoom: 10.1,
    palette: "moss",
  },
  {
    id: "misiurewicz",
    name: "The hub of a spiral",
    about: "A point that looks alike at every depth",
    re: "-0.77568377",
    im: "0.13646737",
    zoom: 17,
    palette: "dusk",
  },
];

export function addressOf({ re, im, zoom, palette, limit }: Place): Address {
  const set = limit === undefined ? "" : `&limit=${limit}`;
  return read(`#re=${re}&im=${im}&zoom=${zoom}&palette=${palette}${set}`) as Address;
}
