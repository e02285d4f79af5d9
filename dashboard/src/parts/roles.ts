/** The hue of each role's tile, in degrees. */
const hues: Record<string, number> = {
  project_manager: 92,
  tech_lead: 286,
  backend: 215,
  frontend: 146,
  qa: 352,
  tester: 352,
  reviewer: 322,
  release: 52,
  data: 182,
  security: 250,
  docs: 118,
};

const aliases: Record<string, string> = {
  pm: 'project_manager',
  manager: 'project_manager',
  lead: 'tech_lead',
  architect: 'tech_lead',
  technical_writer: 'docs',
  documentation: 'docs',
  quality: 'qa',
  review: 'reviewer',
  code_reviewer: 'reviewer',
  devops: 'release',
};

/** A role's hue; null for what has none, as scripts and bots. The same role has the same hue everywhere and always. */
export function hueOf(role: string | null | undefined): number | null {
  if (!role) return null;
  const name = role.toLowerCase().replace(/[\s-]+/g, '_');
  const known = hues[name] ?? hues[aliases[name] ?? ''];
  if (known !== undefined) return known;
  for (const [key, hue] of Object.entries(hues)) if (name.startsWith(`${key}_`)) return hue;
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)!) >>> 0;
  return (hash % 15) * 24;
}

/** The role in words: "Backend" for `backend_developer`. */
export function roleName(role: string | null | undefined): string | null {
  if (!role) return null;
  const words = role.replace(/_(developer|engineer)$/, '').replace(/_/g, ' ');
  return ({ qa: 'QA', docs: 'Docs' } as Record<string, string>)[words] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** The two letters of a tile. */
export function lettersOf(name: string): string {
  const letters = [...name.replace(/^the /u, '').replace(/[^\p{L}\p{N}]/gu, '')];
  return (letters.slice(0, 2).join('') || '?').normalize('NFC');
}
