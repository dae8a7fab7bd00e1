import { expect, test } from "vitest";
import { Speeds, type Storage } from "../src/speed.ts";

function memory(kept: Record<string, string> = {}): Storage {
  const items = new Map(Object.entries(kept));
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => void items.set(key, value) };
}

test("speeds are learned for each operation and place, and kept", () => {
  const storage = memory();
  const speeds = new Speeds(storage);
  speeds.learn("image.decode", "local", 1e9, 500);
  expect(speeds.expect("image.decode", "local", 2e9)).toBeCloseTo(1000);
  expect(speeds.expect("image.decode", "server", 2e9)).not.toBeCloseTo(1000);
  expect(new Speeds(storage).expect("image.decode", "local", 2e9)).toBeCloseTo(1000);
});

test("new measurements count more and more", () => {
  const speeds = new Speeds(memory());
  speeds.learn("echo", "local", 1e6, 1);
  for (let turn = 0; turn < 20; turn++) speeds.learn("echo", "local", 2e6, 1);
  expect(speeds.expect("echo", "local", 2e6)).toBeCloseTo(1, 2);
});

test.each(["", "[", "null", "5", '{"local echo":"fast","server echo":-1,"local spin":null}'])(
  "kept text %j does no harm",
  (text) => {
    const speeds = new Speeds(memory({ "locus.speed": text }));
    expect(speeds.expect("echo", "local", 1e6)).toBeGreaterThan(0);
  },
);

test("a storage that throws does no harm", () => {
  const throws = () => {
    throw new Error("forbidden");
  };
  const speeds = new Speeds({ getItem: throws, setItem: throws });
  speeds.learn("echo", "local", 1e6, 2);
  expect(speeds.expect("echo", "local", 1e6)).toBeCloseTo(2);
});

test("nothing is learned from no work or no time", () => {
  const speeds = new Speeds(memory());
  const before = speeds.expect("echo", "local", 1e6);
  speeds.learn("echo", "local", 0, 5);
  speeds.learn("echo", "local", 5, 0);
  expect(speeds.expect("echo", "local", 1e6)).toBe(before);
});
