import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Whatever is waited for has come by then, or never will. */
const GIVE_UP_MS = 180_000;

/** Starts a load generator. */
export function startGenerator() {
  const child = fork(fileURLToPath(new URL('generator-process.mjs', import.meta.url)), { execArgv: [] });
  /** The largest share of a core that a task which counts has used. */
  let share = 0;
  return {
    pid: child.pid ?? 0,
    /**
     * Has it do a task; `isLoad` says that it must not be the limit while it does.
     * @param {string} task @param {unknown} options @param {{ isLoad?: boolean }} [how]
     * @returns {Promise<any>}
     */
    ask: (task, options, { isLoad = false } = {}) =>
      new Promise((resolve, reject) => {
        const fail = (/** @type {string} */ how) => reject(new Error(`${task}: ${how}`));
        const onExit = () => fail('the load generator has ended');
        const timer = setTimeout(() => fail('the load generator waits in vain'), GIVE_UP_MS);
        child.once('exit', onExit);
        child.once('message', (/** @type {any} */ told) => {
          clearTimeout(timer);
          child.off('exit', onExit);
          if (isLoad) share = Math.max(share, told.share);
          if (told.failure === undefined) resolve(told.result);
          else fail(told.failure);
        });
        child.send({ task, options });
      }),
    get share() {
      return share;
    },
    stop: () => child.kill('SIGKILL'),
  };
}

/** @typedef {ReturnType<typeof startGenerator>} Generator */
