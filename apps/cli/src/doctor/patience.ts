/** What one of ours, or a Node, may take to answer on a machine that has much else to do, in milliseconds; a stranger gets less. */
export const PATIENT_MS = 2_000;
