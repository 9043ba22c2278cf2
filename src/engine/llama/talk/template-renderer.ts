import type { Llama } from 'node-llama-cpp'
import type { LlamaLibrary } from '../library.ts'

/** A chat template, given its variables: `messages`, `tools`, and what else it asks for. Throws what the template throws. */
export type RenderTemplate = (variables: Record<string, unknown>) => string

interface Renderer {
  render(variables: Record<string, unknown>): string
}

const anyTemplate = '{% for message in messages %}{{ message.role }}{{ message.content }}{% endfor %}'

/**
 * What renders a template of a model file, by itself and as it stands there. The library has it inside of its wrapper for such templates and no door to it; where
 * another version keeps it elsewhere, null.
 */
export function templateRenderer(
  { JinjaTemplateChatWrapper }: Pick<LlamaLibrary, 'JinjaTemplateChatWrapper'>,
  llama: Llama,
  source: string,
): RenderTemplate | null {
  const { _jinjaTemplate: inside } = new JinjaTemplateChatWrapper({ template: anyTemplate }) as unknown as { _jinjaTemplate?: object }
  if (inside === undefined) return null
  const renderer = new (inside.constructor as new (llama: Llama, template: string) => Partial<Renderer>)(
    llama,
    source.replaceAll(/\bstrftime_now\([^()]*\)/g, aDay),
  )
  return typeof renderer.render === 'function' ? (variables) => (renderer as Renderer).render(variables) : null
}

/** Some templates tell the model what day it is; then the same question would be answered otherwise tomorrow, and every prefix evaluated anew. */
const aDay = "'2026-01-01'"
