import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSessions, type Revocation, type SessionSigner, type Sessions } from '../src/index.ts';

/** The shape of @fastify/cookie's signer; the launcher's tests use the real one. */
const signerWith = (key: string): SessionSigner => ({
  sign: (value) => `${value}~${createHmac('sha256', key).update(value).digest('hex')}`,
  unsign: (signed) => {
    const value = signed.slice(0, signed.lastIndexOf('~'));
    return signerWith(key).sign(value) === signed ? { valid: true, value } : { valid: false, value: null };
  },
});

const DAY_MS = 86_400_000;
let clock = 1_700_000_000_000;
let sessions: Sessions;

beforeEach(() => {
  clock = 1_700_000_000_000;
  sessions = createSessions({ signer: signerWith('key'), now: () => clock });
});

const stateOf = (value: string) => {
  const check = sessions.verify(value);
  return check.state === 'valid' ? 'valid' : check.reason;
};

describe('a session', () => {
  it('is valid for seven days by the server clock and not a millisecond longer', () => {
    const { value } = sessions.issue();
    clock += 7 * DAY_MS - 1;
    expect(stateOf(value)).toBe('valid');
    clock += 1;
    expect(stateOf(value)).toBe('expired');
  });

  it('is refused when flipped, truncated, signed by another key or issued in the future', () => {
    const { value } = sessions.issue();
    expect(stateOf(`x${value.slice(1)}`)).toBe('signature');
    expect(stateOf(value.slice(0, -1))).toBe('signature');
    expect(stateOf(signerWith('other').sign('session1.x'))).toBe('signature');
    clock -= DAY_MS;
    expect(stateOf(value)).toBe('future');
  });

  it('has its signature computed once, and ends like any other: by time, by revocation, by another key', () => {
    let computed = 0;
    const signer = signerWith('key');
    const counting: SessionSigner = {
      ...signer,
      unsign(value) {
        computed += 1;
        return signer.unsign(value);
      },
    };
    const endings: ((value: string) => void)[] = [
      () => {
        clock += 7 * DAY_MS;
      },
      (value) => {
        const check = sessions.verify(value);
        if (check.state === 'valid') sessions.revoke(check.session);
      },
      () => sessions.revokeAll(),
      () => sessions.rekey(signerWith('other')),
    ];
    for (const end of endings) {
      sessions = createSessions({ signer: counting, now: () => clock });
      const { value } = sessions.issue();
      computed = 0;
      for (let request = 0; request < 10; request += 1) expect(stateOf(value)).toBe('valid');
      expect(computed).toBe(1);
      end(value);
      expect(stateOf(value)).not.toBe('valid');
    }
  });

  it('that is wrong is never remembered, and those that are right only up to a number', () => {
    for (let count = 0; count < 1_500; count += 1) {
      const { value } = sessions.issue();
      expect(stateOf(value)).toBe('valid');
      expect(stateOf(`${value}x`)).toBe('signature');
      expect(stateOf(`${value}x`)).toBe('signature');
      expect(stateOf(value)).toBe('valid');
    }
  });

  it('is refused when a right signature stands on something else', () => {
    const sign = signerWith('key').sign;
    const id = 'A'.repeat(22);
    for (const payload of [
      '',
      'x',
      `download1.${id}.1700000000000.1800000000000`,
      `session1.${id}.17000000000001.800000000000`,
    ]) {
      expect(stateOf(sign(payload))).toBe('malformed');
    }
  });

  it('ends when revoked, alone', () => {
    const one = sessions.issue();
    const other = sessions.issue();
    const seen: Revocation[] = [];
    sessions.onRevoked((revocation) => seen.push(revocation));
    sessions.revoke(one.session);
    expect(stateOf(one.value)).toBe('revoked');
    expect(stateOf(other.value)).toBe('valid');
    expect([one, other].map(({ session }) => sessions.isLive(session))).toEqual([false, true]);
    expect(seen).toEqual([{ ids: [one.session.id] }]);
  });

  it('ends with all others in the same millisecond, but those issued next live', () => {
    const before = sessions.issue();
    sessions.revokeAll();
    const after = sessions.issue();
    expect(stateOf(before.value)).toBe('revoked');
    expect(stateOf(after.value)).toBe('valid');
  });

  it("survives as the caller's own when all others are revoked, until it is revoked itself", () => {
    const caller = sessions.issue();
    const other = sessions.issue();
    sessions.revokeAll(caller.session);
    expect(stateOf(caller.value)).toBe('valid');
    expect(stateOf(other.value)).toBe('revoked');
    expect([caller, other].map(({ session }) => sessions.isLive(session))).toEqual([true, false]);
    sessions.revoke(caller.session);
    expect(stateOf(caller.value)).toBe('revoked');
  });

  it('can be started again after all were ended by a clock that was ahead and has been set back', () => {
    const before = sessions.issue();
    clock += 365 * DAY_MS;
    const ahead = sessions.issue();
    sessions.revokeAll();
    clock -= 365 * DAY_MS;
    const { session, value } = sessions.issue();
    expect(stateOf(value)).toBe('valid');
    clock += 60_000;
    expect([stateOf(value), stateOf(before.value), stateOf(ahead.value)]).toEqual(['valid', 'revoked', 'future']);
    // When that time comes for good, what was ended then stays ended.
    clock = ahead.session.issuedAt;
    expect([stateOf(ahead.value), stateOf(sessions.issue().value)]).toEqual(['revoked', 'valid']);
    sessions.revoke(session);
    expect(stateOf(value)).toBe('expired');
  });

  it('is worthless after a new key, unless signed anew', () => {
    const { session, value } = sessions.issue();
    sessions.rekey(signerWith('new key'));
    expect(stateOf(value)).toBe('signature');
    expect(stateOf(sessions.reissue(session))).toBe('valid');
  });
});

it('forgets revocations when their cookies would have expired, so the memory stays bounded', () => {
  for (let count = 0; count < 1000; count++) sessions.revoke(sessions.issue().session);
  expect(sessions.rememberedCount).toBe(1000);
  clock += 8 * DAY_MS;
  sessions.revoke(sessions.issue().session);
  expect(sessions.rememberedCount).toBe(1);
});

describe('what another server of the same key has ended', () => {
  const anotherServer = () => createSessions({ signer: signerWith('key'), now: () => clock });

  it('is ended here, once, and told on by both', () => {
    const other = anotherServer();
    const [{ session, value }, staying] = [other.issue(), other.issue()];
    const heard: Revocation[] = [];
    sessions.onRevoked((revocation) => heard.push(revocation));
    other.revoke(session);
    sessions.endElsewhere(other.ended());
    sessions.endElsewhere(other.ended());
    expect([stateOf(value), stateOf(staying.value)]).toEqual(['revoked', 'valid']);
    expect(heard).toEqual([{ ids: [session.id] }]);
    expect(sessions.ended()).toEqual(other.ended());
    clock += 8 * DAY_MS;
    expect(sessions.ended().revoked).toEqual([]);
  });

  it('when all were: those of before, here too, but neither the one that was spared nor those of afterwards', () => {
    const other = anotherServer();
    const [own, spared] = [sessions.issue(), other.issue()];
    clock += 1_000;
    other.revokeAll(spared.session);
    clock += 1_000;
    const afterwards = sessions.issue();
    const heard: Revocation[] = [];
    sessions.onRevoked((revocation) => heard.push(revocation));
    for (let times = 0; times < 2; times += 1) sessions.endElsewhere(other.ended());
    expect([own, spared, afterwards].map(({ value }) => stateOf(value))).toEqual(['revoked', 'valid', 'valid']);
    expect(heard).toEqual([{ allExcept: spared.session.id }]);
    // An earlier end, told late, takes nothing back.
    sessions.endElsewhere({ revoked: [], validFrom: 1 });
    expect(sessions.ended().validFrom).toBe(other.ended().validFrom);
  });
});
