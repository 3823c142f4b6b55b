import { createRedisBackplane } from '../src/index.ts';
import { backplaneContract } from './backplane-contract.ts';
import { startRedis } from './support/redis-server.ts';

backplaneContract('Redis', async (settings) => {
  const { url } = await startRedis();
  return createRedisBackplane({ url, random: () => 0, answerWithinMs: 10_000, ...settings });
});
