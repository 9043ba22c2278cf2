import { AppError } from '../domain/errors.ts'

/** Fills `{{name}}` in a prompt. A name without a value, or a value without its name, is a mistake of ours and told at once. */
export function fillPrompt(template: string, values: Readonly<Record<string, string>>): string {
  const used = new Set<string>()
  const text = template.replaceAll(/\{\{(\w+)\}\}/g, (_match, name: string) => {
    const value = values[name]
    if (value === undefined) throw new AppError('INTERNAL', `The prompt asks for "${name}", which has no value.`)
    used.add(name)
    return value
  })
  const unused = Object.keys(values).filter((name) => !used.has(name))
  if (unused.length > 0) throw new AppError('INTERNAL', `The prompt has no place for "${unused.join('", "')}".`)
  return text
}
