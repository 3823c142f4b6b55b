import { type Environment, type Paths, trustedGatewayHosts } from '@picoclaw/config';
import { type PidFileState, type ReadOptions, readPidFile } from '@picoclaw/pid';

interface OfHome {
  readonly paths: Pick<Paths, 'pidFile'>;
  readonly environment: Environment;
}

/** Reads the pid file of a home, whose gateway may be at a host that the environment names: in another container. */
export const readHomePidFile = (
  { paths, environment }: OfHome,
  options: Pick<ReadOptions, 'probeTimeoutMs'> = {},
): Promise<PidFileState> => readPidFile(paths.pidFile, { ...options, trustedHosts: trustedGatewayHosts(environment) });
