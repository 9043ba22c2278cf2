import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { showHidden } from '../../src/domain/trust.ts'
import { jsonGrammar } from '../../src/engine/llama/talk/json-grammar.ts'
import { type Tool, type ToolContext, toToolSpec } from '../../src/tools/tool.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { hostileNames, readOnlyNames, unwritableNames } from './hostile-names.ts'
import { toolContext, treeOf } from './tool-context.ts'

export interface ToolContractOptions {
  /** Committed before every case. */
  files: Readonly<Record<string, string>>
  /** One that the tool can work with in this repository. */
  input: Readonly<Record<string, unknown>>
  /** The fields of the input that hold a path; a list of paths counts too. */
  pathFields?: readonly string[]
  /** Whether a path for reading is meant although the tool writes, such as the place where a copy comes from. */
  effectOf?: (field: string) => 'read' | 'write'
  /** What happens before the call, such as reading a file that is about to be replaced. */
  before?: (context: ToolContext) => Promise<unknown>
  /** What the context is for this tool, where the usual one does not do. */
  overrides?: Partial<ToolContext>
}

const canary = 'canary-7f3a: nobody may read this'

/** What every tool must keep to. Call it inside the tool's own test file. */
export function toolContract(tool: Tool, options: ToolContractOptions): void {
  describe(`${tool.name} as a tool`, () => {
    it('has a name in snake_case, a short description and an effect', () => {
      expect(tool.name).toMatch(/^[a-z]+(_[a-z]+)*$/)
      expect(tool.description).toMatch(/^[A-Z].*[.)]$/s)
      expect(tool.description.length).toBeLessThanOrEqual(400)
      expect(['read', 'write', 'execute']).toContain(tool.effect)
    })

    it('describes every field in one line', () => {
      const { properties } = z.toJSONSchema(tool.input) as { properties: Record<string, { description?: string }> }
      for (const [name, { description = '' }] of Object.entries(properties)) {
        expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/)
        expect(description).toMatch(/^.{5,250}$/)
      }
    })

    it('has a schema that a grammar can enforce', () => {
      expect(jsonGrammar({ required: [], ...withoutDefaults(z.toJSONSchema(tool.input)) })).toContain('root ::=')
      expect(JSON.stringify(toToolSpec(tool).inputSchema)).not.toContain('anyOf')
    })

    it('refuses input of another shape', () => {
      expect(tool.input.safeParse(options.input).success).toBe(true)
      for (const wrong of wrongInputs(options.input)) expect(tool.input.safeParse(wrong)).toMatchObject({ success: false })
    })

    it('answers with text that hides nothing', async () => {
      const { text } = await runIn(tool, options)
      expect(text.trim()).not.toBe('')
      expect(text).toBe(showHidden(text))
    })

    it('does nothing once it is interrupted', async () => {
      const signal = AbortSignal.abort(new Error('interrupted'))
      await expectUnchanged(tool, options, async (run) => expect(run(options.input, { signal })).rejects.toThrow('interrupted'))
    })

    for (const field of options.pathFields ?? []) {
      const isWritten = tool.effect === 'write' && (options.effectOf?.(field) ?? 'write') === 'write'
      const names = isWritten ? [...hostileNames, ...readOnlyNames, ...unwritableNames] : hostileNames
      it(`refuses ${names.length} hostile paths as ${field}`, async () => {
        await expectUnchanged(tool, options, async (run) => {
          for (const name of names) {
            const path = Array.isArray(options.input[field]) ? [name] : name
            const answer = await run({ ...options.input, [field]: path }).then(
              ({ text }) => `allowed: ${text}`,
              (error: Error) => error.message,
            )
            expect({ name, answer }).not.toEqual({ name, answer: expect.stringMatching(/^allowed|canary-7f3a/) })
            expect({ name, answer }).toEqual({ name, answer: expect.stringMatching(/^.{10,}[.?]/s) })
          }
        })
      })
    }
  })
}

type Run = (input: Readonly<Record<string, unknown>>, overrides?: Partial<ToolContext>) => Promise<{ text: string }>

/** A schema's own refusal is as good as the tool's. */
async function runIn(tool: Tool, options: ToolContractOptions): Promise<{ text: string }> {
  using repository = temporaryRepository({ files: options.files })
  const context = toolContext(repository, options.overrides)
  await options.before?.(context)
  return await tool.run(tool.input.parse(options.input), context)
}

async function expectUnchanged(tool: Tool, options: ToolContractOptions, callback: (run: Run) => Promise<void>): Promise<void> {
  using repository = temporaryRepository({ files: options.files })
  const outside = dirname(repository.root)
  writeFileSync(join(outside, 'canary.txt'), canary)
  for (const secret of ['.env', 'id_rsa', 'server.pem']) repository.write(secret, canary)
  const context = toolContext(repository, options.overrides)
  await options.before?.(context)
  const before = treeOf(outside)
  await callback(async (input, overrides = {}) => {
    const parsed = tool.input.safeParse(input)
    if (!parsed.success) throw new Error(z.prettifyError(parsed.error).concat('.'))
    return tool.run(parsed.data, { ...context, ...overrides })
  })
  expect(treeOf(outside)).toEqual(before)
}

function wrongInputs(input: Readonly<Record<string, unknown>>): unknown[] {
  const perField = Object.keys(input).flatMap((field) => [null, { a: 1 }, () => {}].map((value) => ({ ...input, [field]: value })))
  return [null, 'text', 7, [], { ...input, surprise: true }, ...perField]
}

/** As the engine sees it: everything has to be there. */
function withoutDefaults(schema: unknown): Record<string, unknown> {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip)
    if (typeof value !== 'object' || value === null) return value
    const kept = Object.entries(value).filter(([key]) => key !== 'default')
    return Object.fromEntries(kept.map(([key, inner]) => [key, key === 'properties' ? inProperties(inner) : strip(inner)]))
  }
  const inProperties = (properties: unknown) =>
    Object.fromEntries(Object.entries(properties as object).map(([key, inner]) => [key, strip(inner)]))
  return strip(schema) as Record<string, unknown>
}
