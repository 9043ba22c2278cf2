import { z } from 'zod'
import type { ToolSpec } from '../engine/engine.ts'
import type { Checkout } from '../workspace/checkout.ts'
import type { RunCommand } from '../workspace/command.ts'
import type { InstalledPackages } from '../workspace/installed-packages.ts'
import type { Project } from '../workspace/project.ts'
import type { Outputs } from './outputs.ts'
import type { SeenFiles } from './seen-files.ts'

export type Effect = 'read' | 'write' | 'execute'

/** What a tool works with. Built once per run. */
export interface ToolContext {
  checkout: Checkout
  /** Runs a command in the sandbox. Only tools with the effect `execute` may use it. */
  run: RunCommand
  /** Where commands see the root of the checkout; absent, at its own path. */
  mountedAt?: string
  /** The checkout as adapters look at it, with what is installed for it elsewhere; absent, only what lies in the checkout. */
  project?: () => Promise<Project>
  /** The packages installed in the user's tree, for `read_docs`; absent, there are none. */
  packages?: InstalledPackages
  /** The project's own test command, for a project without a known test runner; absent, the one that its manifest names. */
  testCommand?: readonly string[]
  /** Milliseconds that one command may take. */
  commandTimeout: number
  /** Long results, for `read_output`. */
  outputs: Outputs
  /** What the model knows of the files, for `write_file`. */
  seen: SeenFiles
  signal: AbortSignal
}

export interface ToolResult {
  /** What the model reads. May be long: what is over the limit is kept for `read_output`. */
  text: string
  /** What events and reports may show. Never sent to the model. */
  data?: unknown
}

export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  /** snake_case, because the model sees it. */
  name: string
  description: string
  /** Strings, integers, booleans, enums and arrays of them, with defaults and without null, so that a grammar can enforce it. */
  input: Input
  effect: Effect
  /** Throw `Error` for the model to read, `AppError` to end the run. */
  run(input: z.infer<Input>, context: ToolContext): Promise<ToolResult>
}

export function defineTool<Input extends z.ZodObject>(tool: Tool<Input>): Tool<Input> {
  return tool
}

/** The tool as an engine is told of it. What only validators read is left out: every request carries all of it. */
export function toToolSpec({ name, description, input }: Tool): ToolSpec {
  const { $schema: _dialect, ...inputSchema } = z.toJSONSchema(input, {
    io: 'input',
    override: ({ jsonSchema }) => withoutBounds(jsonSchema),
  })
  return { name, description, inputSchema }
}

function withoutBounds(schema: { maximum?: number | undefined; minimum?: number | undefined }): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
}
