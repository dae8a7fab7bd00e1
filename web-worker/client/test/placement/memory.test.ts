import { expect, test, vi } from "vitest";
import { Beliefs } from "../../src/placement/beliefs.ts";
import { Memory, type Storage } from "../../src/placement/memory.ts";

function storage(kept: Record<string, string> = {}): Storage & { items: Map<string, string> } {
  const items = new Map(Object.entries(kept));
  return { items, getItem: (key) => items.get(key) ?? null, setItem: (key, value) => void items.set(key, value) };
}

test("what was learned is there at the next visit, and written once for many calls", () => {
  vi.useFakeTimers();
  const place = storage();
  const writes = vi.spyOn(place, "setItem");
  const beliefs = new Beliefs();
  beliefs.speeds.learn("echo", "local", 1e6, 2);
  const memory = new Memory(place);
  for (let turn = 0; turn < 10; turn++) memory.write(() => beliefs.kept);
  vi.runAllTimers();
  vi.useRealTimers();
  expect(writes).toHaveBeenCalledTimes(1);
  expect(new Beliefs(new Memory(place).read()).speeds.expect("echo", "local", 1e6, 0)).toBeCloseTo(2);
});

test.each([
  "",
  "[",
  "null",
  "5",
  '{"speeds":5}',
  '{"speeds":{"local echo":"fast","server echo":[-1,2],"local spin":[null]},"link":[]}',
])("kept text %j does no harm", (text) => {
  const beliefs = new Beliefs(new Memory(storage({ "locus.placement": text })).read());
  expect(beliefs.speeds.expect("echo", "local", 1e6, 0)).toBeGreaterThan(0);
  expect(beliefs.link.round).toBeGreaterThan(0);
});

test("a storage that throws does no harm", () => {
  vi.useFakeTimers();
  const throws = () => {
    throw new Error("forbidden");
  };
  const memory = new Memory({ getItem: throws, setItem: throws });
  expect(memory.read()).toEqual({});
  memory.write(() => ({}));
  vi.runAllTimers();
  vi.useRealTimers();
});
