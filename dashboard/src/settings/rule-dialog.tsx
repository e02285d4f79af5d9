import { useState } from 'react';
import { readJson } from '../memory/saving.ts';
import type { RoutingRule } from '../live/types.ts';
import { Field, field } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { formOf, ruleOf, type RuleForm } from './rules.ts';

interface Props {
  rule: RoutingRule | undefined;
  /** Its place, which the server names in what it finds wrong. */
  index: number;
  onSave: (rule: RoutingRule) => Promise<unknown>;
  onClose: () => void;
}

/** One rule: when it applies, and what it does. */
export function RuleDialog({ rule, index, onSave, onClose }: Props) {
  const [form, setForm] = useState(() => formOf(rule));
  const text = (name: Exclude<keyof RuleForm, 'stop'>, isCode = false) => (
    <input
      value={form[name]}
      spellCheck={false}
      onChange={(event) => setForm({ ...form, [name]: event.target.value })}
      className={`${field} ${isCode ? 'font-mono text-xs' : ''}`}
    />
  );
  const faultOf = (json: string) => {
    const read = json.trim() ? readJson(json) : { value: null };
    return 'fault' in read ? read.fault : undefined;
  };
  const isReady = form.name.trim() !== '' && !faultOf(form.matching) && !faultOf(form.adds);
  return (
    <FormDialog
      title={rule ? `Rule ${rule.name}` : 'New rule'}
      action="Save"
      isReady={isReady}
      run={() => onSave(ruleOf(form, rule?.description))}
      onClose={onClose}
    >
      {(faults) => {
        const at = (name: string) => Object.entries(faults).find(([key]) => key.startsWith(`rules[${index}].${name}`))?.[1];
        return (
          <>
            <Field label="Name" fault={at('name')}>
              {text('name')}
            </Field>
            <fieldset className="grid gap-3 rounded-md border p-3 sm:grid-cols-2">
              <legend className="px-1 text-xs text-foreground-2">applies if all of these hold; what is empty always holds</legend>
              <Field label="Types" hint="question, task_*" fault={at('when.types')}>
                {text('types')}
              </Field>
              <Field label="Senders" hint="pm, role:lead" fault={at('when.senders')}>
                {text('senders')}
              </Field>
              <Field label="Addressed to" hint="capability:review" fault={at('when.to')}>
                {text('addressed')}
              </Field>
              <Field label="Says one of these words" hint="postgres, migration" fault={at('when.words')}>
                {text('words')}
              </Field>
              <Field label="Matches (regular expression)" fault={at('when.pattern')}>
                {text('pattern', true)}
              </Field>
              <Field label="Has this metadata, as JSON" fault={faultOf(form.matching) ?? at('when.metadata')}>
                {text('matching', true)}
              </Field>
            </fieldset>
            <fieldset className="grid gap-3 rounded-md border p-3 sm:grid-cols-2">
              <legend className="px-1 text-xs text-foreground-2">then</legend>
              <Field label="Send it to" hint="an address, or several" fault={at('to')}>
                {text('to')}
              </Field>
              <Field label="Raise its priority to" fault={at('priority')}>
                <select value={form.priority} onChange={(event) => setForm({ ...form, priority: event.target.value })} className={field}>
                  <option value="">as it is</option>
                  <option value="2">normal</option>
                  <option value="3">high</option>
                  <option value="4">critical</option>
                </select>
              </Field>
              <Field label="Add this metadata, as JSON" fault={faultOf(form.adds) ?? at('metadata')}>
                {text('adds', true)}
              </Field>
              <label className="flex items-center gap-2 self-center">
                <input
                  type="checkbox"
                  checked={form.stop}
                  onChange={(event) => setForm({ ...form, stop: event.target.checked })}
                  className="size-4 accent-accent"
                />
                Skip the rules after it
              </label>
            </fieldset>
          </>
        );
      }}
    </FormDialog>
  );
}
