import { z } from 'zod'
import { AppError } from '../domain/errors.ts'
import { toToolSpec, type Tool, type ToolContext, type ToolResult } from '../tools/tool.ts'
import { describeInput } from './describe-tool.ts'
import type { RequestedCall } from './requested-call.ts'
import { shapeInput } from './shape-input.ts'

export type ToolOutcome = ToolResult & { isError: boolean }

/** A call that may run, or what the model has to be told about it. */
type PreparedCall = { tool: Tool; input: Record<string, unknown> } | { refusal: string }

type Call = Pick<RequestedCall, 'name' | 'input' | 'reading'>

/** Turns every mistake the model can make into text it can read. Only `AppError` and aborts end the run. */
export async function runTool(call: Call, tools: readonly Tool[], context: ToolContext): Promise<ToolOutcome> {
  const prepared = prepareCall(call, tools)
  if ('refusal' in prepared) return { text: context.outputs.shorten(prepared.refusal), isError: true }
  try {
    const { text, data } = await prepared.tool.run(prepared.input, context)
    return { text: context.outputs.shorten(text), data, isError: false }
  } catch (error) {
    if (error instanceof AppError || context.signal.aborted) throw error
    return { text: context.outputs.shorten(error instanceof Error ? error.message : String(error)), isError: true }
  }
}

/** Finds the tool and has its schema look at the input. What had to be guessed is not written or executed. */
export function prepareCall({ name, input, reading }: Call, tools: readonly Tool[]): PreparedCall {
  const tool = tools.find((one) => one.name === name)
  if (!tool) {
    const names = tools.map((one) => one.name).join(', ')
    return {
      refusal: `There is no tool ${JSON.stringify(name.slice(0, 100))}. ${names === '' ? 'There are no tools.' : `Tools: ${names}.`}`,
    }
  }
  if (reading === 'guessed' && tool.effect !== 'read') {
    return {
      refusal: `The call of ${name} was not run: its input is no valid JSON, and what was meant had to be guessed. Write it again, with quotes, backslashes and line breaks in strings escaped.`,
    }
  }
  const checked = tool.input.safeParse(input)
  if (checked.success) return { tool, input: checked.data }
  const { inputSchema } = toToolSpec(tool)
  const shaped = tool.input.safeParse(shapeInput(input, inputSchema))
  if (shaped.success) return { tool, input: shaped.data }
  return { refusal: `Invalid input for ${name}:\n${z.prettifyError(shaped.error)}\nIt has this shape: ${describeInput(inputSchema)}` }
}
