import type { SarifResult, SarifRun } from './sarif-schema.ts'

/** What a result means by itself and by the rule that it names. */
interface Meaning {
  id: string | null
  level: NonNullable<SarifResult['level']>
  message: string
}

/** Finds the rule of a result by its place in the list, then by its name; `a/b` is a special case of rule `a`. */
export function ruleFinder({ tool: { driver } }: SarifRun): (result: SarifResult) => Meaning {
  const byId = new Map(driver.rules.map((rule) => [rule.id, rule]))
  return (result) => {
    // A rule of an extension has an index of its own list.
    const index = result.rule?.toolComponent === undefined ? (result.ruleIndex ?? result.rule?.index ?? -1) : -1
    const name = result.ruleId ?? result.rule?.id
    const rule = driver.rules[index] ?? byId.get(name ?? '') ?? byId.get(name?.replace(/\/[^/]*$/, '') ?? '')
    const { id, text, markdown, arguments: values } = result.message
    const template = id === undefined ? undefined : (rule?.messageStrings?.[id] ?? driver.globalMessageStrings?.[id])?.text
    return {
      id: name ?? rule?.id ?? null,
      level: result.level ?? rule?.defaultConfiguration?.level ?? 'warning',
      message: filled(text ?? template ?? markdown ?? 'No message.', values),
    }
  }
}

/** Braces that stand for themselves are doubled. */
function filled(template: string, values: readonly string[]): string {
  if (values.length === 0) return template
  return template.replaceAll(/\{\{|\}\}|\{(\d+)\}/g, (match, index?: string) =>
    index === undefined ? match.slice(1) : (values[Number(index)] ?? match),
  )
}
