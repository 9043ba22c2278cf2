import type { Workbench } from '../verify/workbench.ts'

/** Takes the place of a copy out of what programs say: nobody knows it, and it is another one in every run. */
export async function createTidier(benches: readonly Workbench[]): Promise<(text: string) => string> {
  const places = await Promise.all(benches.map(async ({ transaction, open }) => [transaction.checkout.root, (await open()).mountedAt]))
  const roots = [...new Set(places.flat())].toSorted((a, b) => b.length - a.length)
  return (text) => roots.reduce((rest, root) => rest.replaceAll(`file://${root}/`, '').replaceAll(`${root}/`, ''), text)
}
