import { type BuildCommand, createCommand } from '../command.ts';
import type { DoctorOptions } from '../doctor/run-doctor.ts';

const examples = [
  ['picoclaw-launcher doctor', 'what is wrong, and what to do about it'],
  ['picoclaw-launcher doctor --json', 'the same for a script'],
  ['picoclaw-launcher doctor --only token-drift,port-in-use', 'only these'],
  ['picoclaw-launcher doctor --repair --yes', 'repair what can be repaired, without asking'],
] as const;

/** `doctor [--repair] [--json] [--yes] [--only <codes>]`: finds what is wrong; changes nothing without `--repair`. */
export const build: BuildCommand = (context, done) =>
  createCommand('doctor', 'Finds what is wrong with launcher, gateway and services, and repairs it.', examples)
    .option('--repair', 'repair what can be repaired, after showing and asking')
    .option('--json', 'for programs')
    .option('-y, --yes', 'agree to every repair')
    .option('--only <codes>', 'only findings of these codes, with commas between')
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import('../doctor/run-doctor.ts');
      done(await runDoctor(context, options));
    });
