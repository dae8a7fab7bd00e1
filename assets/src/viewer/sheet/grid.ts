/** Where the pictures of a contact sheet lie: equal cells in rows, from left to right. */

export interface Grid {
  columns: number;
  rows: number;
  /** CSS pixels of a cell, without the gap. */
  cell: { width: number; height: number };
  gap: number;
  /** CSS pixels of all rows. */
  height: number;
}

const gap = 12;
/** Beneath the picture, for its name. */
const caption = 24;

/** `width` CSS pixels for `count` pictures; cells are at least `least` wide and fill the row. */
export function grid(width: number, count: number, least: number): Grid {
  const columns = Math.max(1, Math.floor((width + gap) / (least + gap)));
  const rows = Math.ceil(count / columns);
  const cellWidth = Math.max(1, Math.floor((width + gap) / columns) - gap);
  const cell = { width: cellWidth, height: Math.round(cellWidth * 0.75) + caption };
  return { columns, rows, cell, gap, height: Math.max(0, rows * (cell.height + gap) - gap) };
}

/** Rows from `first` up to `end` touch what lies between two heights. */
export function rowsBetween({ rows, cell, gap }: Grid, top: number, bottom: number): { first: number; end: number } {
  const pitch = cell.height + gap;
  return {
    first: Math.max(0, Math.min(rows, Math.floor(top / pitch))),
    end: Math.max(0, Math.min(rows, Math.ceil(bottom / pitch))),
  };
}

/** Where a key leads from place `at` of `count`; `page` rows are in view. `undefined`: it is no such key. */
export function step(key: string, at: number, count: number, columns: number, page: number): number | undefined {
  const to = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - columns < 0 ? at : at - columns,
    ArrowDown:
      at + columns >= count && Math.floor(at / columns) === Math.floor((count - 1) / columns) ? at : at + columns,
    PageUp: at - columns * page < 0 ? at % columns : at - columns * page,
    PageDown: at + columns * page,
    Home: 0,
    End: count - 1,
  }[key];
  return to === undefined ? undefined : Math.max(0, Math.min(count - 1, to));
}
