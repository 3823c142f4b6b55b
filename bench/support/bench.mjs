import { startHaproxy, startNginx } from './fronts.mjs';
import { startGenerator } from './generator.mjs';
import { startProfiles } from './profile.mjs';
import { startStand } from './stand.mjs';

/**
 * What all rows share: how long they may take, and stands that more than one of them uses.
 * @param {{ isQuick: boolean; rounds: number | undefined; profileFolder: string | undefined }} options
 */
export function createBench({ isQuick, rounds, profileFolder }) {
  /** @type {(() => unknown)[]} */
  const closers = [];
  /** @type {((row: string) => Promise<void>)[]} */
  const profiles = [];
  /** @template T @param {() => Promise<T>} make @returns {() => Promise<T>} */
  const once = (make) => {
    /** @type {Promise<T> | undefined} */
    let made;
    return () => {
      made ??= make();
      return made;
    };
  };
  /** @type {Record<'managed' | 'adopted', () => ReturnType<typeof openStand>>} */
  const shared = {
    managed: once(() => openStand('managed', profileFolder)),
    adopted: once(() => openStand('adopted')),
  };
  const bench = {
    isQuick,
    profileFolder,
    /** The rounds of a row that wants so many. @param {number} wanted */
    rounds: (wanted) => rounds ?? (isQuick ? 1 : wanted),
    /** One number for a run, another for a quick one. @template T @param {T} full @param {T} quick */
    size: (full, quick) => (isQuick ? quick : full),
    /** Called at the end. @param {() => unknown} close */
    onClose: (close) => void closers.push(close),
    /** A generator of the caller's own. */
    generator() {
      const generator = startGenerator();
      closers.push(generator.stop);
      return generator;
    },
    /** A launcher, the gateway that it has started, and what else stands before that one. */
    managed: shared.managed,
    /** A launcher that came upon a gateway. */
    adopted: shared.adopted,
    /** A stand for one row alone. @param {'managed' | 'adopted'} kind */
    own: (kind) => openStand(kind),
    /** A stand on which nothing has happened yet; where it only matters that it runs, one that others use too. @param {'managed' | 'adopted'} kind */
    unused: async (kind) => (isQuick ? { ...(await shared[kind]()), close: async () => {} } : openStand(kind)),
    /** Writes the profiles of a row that is done. @param {string} id */
    async endRow(id) {
      for (const write of profiles) await write(id);
    },
    async close() {
      for (const close of closers.splice(0).reverse()) await close();
    },
  };
  /** @param {'managed' | 'adopted'} kind @param {string} [profiledTo] */
  const openStand = async (kind, profiledTo) => {
    const stand = await startStand(kind);
    closers.push(stand.close);
    // One inspector has the usual port: only the stand that most rows share is profiled.
    if (profiledTo !== undefined) profiles.push(await startProfiles(profiledTo, stand));
    const fronts = await Promise.all([startNginx(stand.gatewayPort), startHaproxy(stand.gatewayPort)]);
    for (const front of fronts) if (front !== undefined) closers.push(front.close);
    return { ...stand, nginx: fronts[0], haproxy: fronts[1] };
  };
  return bench;
}

/** @typedef {ReturnType<typeof createBench>} Bench */
/** @typedef {Awaited<ReturnType<Bench['managed']>>} Stand */
