/** The places around `at` of a list that is `length` long, the nearest first; at equal distance the later one first. */
export function nearest(length: number, at: number, most: number): number[] {
  const middle = Math.max(0, Math.min(length - 1, Math.round(at)));
  const order: number[] = [];
  for (let by = 0; order.length < Math.min(length, most); by++) {
    if (middle + by < length) order.push(middle + by);
    if (by > 0 && middle - by >= 0 && order.length < most) order.push(middle - by);
  }
  return order;
}
