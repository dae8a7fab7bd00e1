import { expect, test } from "vitest";
import { PriorityQueue } from "../src/engines/queue.ts";

function queueOf(...items: [string, number][]): PriorityQueue<string> {
  const queue = new PriorityQueue<string>();
  for (const [item, priority] of items) queue.push(item, priority);
  return queue;
}

test("the highest priority goes first, among equals the oldest", () => {
  expect(queueOf(["a", 1], ["b", 0], ["c", 2], ["d", 1], ["e", 2]).drain()).toEqual(["c", "e", "a", "d", "b"]);
});

test("what is put back goes ahead of its equals, and of no other", () => {
  const queue = queueOf(["a", 1], ["b", 2]);
  queue.putBack("c", 1);
  expect(queue.drain()).toEqual(["b", "c", "a"]);
});

test("what is removed is gone", () => {
  const queue = queueOf(["a", 1], ["b", 1]);
  expect(queue.remove("a")).toBe(true);
  expect(queue.remove("a")).toBe(false);
  expect(queue.take()).toBe("b");
  expect(queue.take()).toBeUndefined();
  expect(queue.length).toBe(0);
});
