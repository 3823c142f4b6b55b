import { beforeEach } from 'vitest';

/** What each test has for itself, made when it is asked for first. */
export function onTestStarted<World>(make: () => Promise<World>): () => Promise<World> {
  let world: Promise<World> | undefined;
  beforeEach(() => {
    world = undefined;
  });
  return () => {
    world ??= make();
    return world;
  };
}
