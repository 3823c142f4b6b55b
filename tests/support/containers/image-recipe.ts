import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerfileParser, type Env, type Instruction, type JSONInstruction } from 'dockerfile-ast';
import { root } from '../processes.ts';

/** The stages of the Dockerfile, each with its instructions; the last one is what is given away. */
export interface ImageRecipe {
  readonly text: string;
  readonly stages: readonly (readonly Instruction[])[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string;
}

/** The words of a JSON form, without the quotes. */
const wordsOf = (instruction: Instruction | undefined): string[] =>
  ((instruction as JSONInstruction | undefined)?.getJSONStrings() ?? []).map((word) => JSON.parse(word.getValue()));

/** Reads the Dockerfile of the project. */
export function readImageRecipe(): ImageRecipe {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const instructions = DockerfileParser.parse(text).getInstructions();
  const stages: Instruction[][] = [];
  for (const instruction of instructions) {
    if (instruction.getKeyword() === 'FROM') stages.push([]);
    stages.at(-1)?.push(instruction);
  }
  const last = stages.at(-1) ?? [];
  const named = (keyword: string) => last.filter((instruction) => instruction.getKeyword() === keyword);
  const variables = named('ENV').flatMap((instruction) => (instruction as Env).getProperties());
  return {
    ...{ text, stages },
    entrypoint: wordsOf(named('ENTRYPOINT').at(-1)),
    command: wordsOf(named('CMD').at(-1)),
    environment: Object.fromEntries(variables.map((one) => [one.getName(), one.getValue() ?? ''])),
    user: named('USER').at(-1)?.getArgumentsContent() ?? 'root',
  };
}
