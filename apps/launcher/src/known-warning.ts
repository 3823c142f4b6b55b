/**
 * Silences the one warning that http-proxy 1.18.1 causes on Node 22 and later (DEP0060, `util._extend`; it still works
 * on Node 26): people would look for a fault of theirs. All others stay.
 */
export function silenceKnownWarning(): void {
  const emitWarning = process.emitWarning.bind(process) as (...details: unknown[]) => void;
  process.emitWarning = (...details: unknown[]) => {
    if (!details.includes('DEP0060')) emitWarning(...details);
  };
}
