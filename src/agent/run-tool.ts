import { z } from 'zod'
import { AppError } from '../domain/errors.ts'
import type { ToolCall } from '../domain/message.ts'
import type { Tool, ToolContext, ToolResult } from '../tools/tool.ts'

export type ToolOutcome = ToolResult & { isError: boolean }

/** Turns every mistake the model can make into text it can read. Only `AppError` and aborts end the run. */
export async function runTool(call: ToolCall, tools: readonly Tool[], context: ToolContext): Promise<ToolOutcome> {
  const tool = tools.find(({ name }) => name === call.name)
  if (!tool) return failed(`There is no tool "${call.name}". Tools: ${tools.map(({ name }) => name).join(', ')}.`)

  const input = tool.input.safeParse(call.input)
  if (!input.success) return failed(`Invalid input for ${call.name}:\n${z.prettifyError(input.error)}`)

  try {
    const { text, data } = await tool.run(input.data, context)
    return { text: context.outputs.shorten(text), data, isError: false }
  } catch (error) {
    if (error instanceof AppError || context.signal.aborted) throw error
    return failed(error instanceof Error ? error.message : String(error))
  }
}

const failed = (text: string): ToolOutcome => ({ text, isError: true })
