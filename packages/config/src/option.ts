import { z } from 'zod';
import { typeName } from './config-error.ts';

/** One option of a configuration file. */
export interface Option {
  /** Its path in the file, such as `gateway.port`. */
  readonly key: string;
  readonly path: readonly string[];
  /** What is allowed, in words. */
  readonly type: string;
  readonly default: unknown;
  readonly meaning: string;
  readonly secret: boolean;
  /** The empty string is a value of its own and does not mean "not set". */
  readonly blankIsValue: boolean;
  readonly schema: z.ZodType;
}

interface OptionMeta {
  readonly description?: string;
  readonly secret?: boolean;
  readonly blankIsValue?: boolean;
  /** In words, where the schema cannot say it. */
  readonly type?: string;
}

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

/** Lists the options of a schema: everything in it that is not an object is one. */
export function describeOptions(schema: z.ZodObject, at: readonly string[] = []): Option[] {
  return Object.entries(schema.shape).flatMap(([name, inner]): Option[] => {
    const path = [...at, name];
    if (inner instanceof z.ZodObject) return describeOptions(inner, path);
    return [optionOf(path, inner as z.ZodType)];
  });
}

/** Checks a value that came out of a file. */
export function parseValue(option: Option, value: unknown): Parsed {
  const result = option.schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const own = result.error.issues.find((issue) => issue.code === 'custom')?.message;
  return { ok: false, message: `must be ${own ?? option.type}, not this ${typeName(value)}` };
}

/** Checks a value that came as text, from the command line or a variable; a list is separated by commas. */
export function parseText(option: Option, text: string): Parsed {
  return parseValue(option, fromText(coreOf(option.schema), text));
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

function fromText(schema: z.ZodType, text: string): unknown {
  if (schema instanceof z.ZodNumber) return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  if (schema instanceof z.ZodArray) return text.split(',').map((entry) => entry.trim());
  if (schema instanceof z.ZodBoolean) return BOOLEANS.get(text.toLowerCase()) ?? text;
  return text;
}

function optionOf(path: readonly string[], schema: z.ZodType): Option {
  const meta = (schema.meta() ?? {}) as OptionMeta;
  const unset = schema.safeParse(undefined);
  return Object.freeze({
    key: path.join('.'),
    path,
    type: meta.type ?? typeText(schema),
    default: unset.success ? unset.data : undefined,
    meaning: meta.description ?? '',
    secret: meta.secret ?? false,
    blankIsValue: meta.blankIsValue ?? false,
    schema,
  });
}

function typeText(schema: z.ZodType): string {
  const core = coreOf(schema);
  if (core instanceof z.ZodBoolean) return 'true or false';
  if (core instanceof z.ZodEnum) return `one of ${core.options.join(', ')}`;
  if (core instanceof z.ZodNumber) return numberText(core);
  return core instanceof z.ZodArray ? 'a list of strings' : 'a string';
}

function numberText({ minValue, maxValue }: z.ZodNumber): string {
  const limited = maxValue !== null && maxValue < Number.MAX_SAFE_INTEGER;
  return limited ? `a whole number from ${minValue} to ${maxValue}` : `a whole number of at least ${minValue}`;
}

function coreOf(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return coreOf(schema.unwrap() as z.ZodType);
  return schema instanceof z.ZodPipe ? coreOf(schema.in as z.ZodType) : schema;
}

/** An option that has only a type, for a variable of the environment. */
export function textOption(schema: z.ZodType): Option {
  return optionOf([], schema);
}
