using System.Globalization;
using Parley.Protocol;

namespace Parley.Cli.Output;

/// <summary>The steps of a workflow as a drawing: what can run at the same time stands together, in the order in which it runs.</summary>
internal static class WorkflowGraph
{
    /// <summary>One line a step, with a bracket around those that run at the same time.</summary>
    internal static IReadOnlyList<string> Draw(IReadOnlyList<WorkflowStep> steps, TimeProvider clock)
    {
        var waves = Waves(steps);
        var (name, who) = (Widest(steps, step => step.Step), Widest(steps, Doer));
        var lines = new List<string>();
        foreach (var wave in waves)
        {
            for (var i = 0; i < wave.Count; i++)
            {
                var step = wave[i];
                var bracket = wave.Count == 1 ? "─" : i == 0 ? "┌" : i == wave.Count - 1 ? "└" : "├";
                var after = step.DependsOn.Count == 0 ? "" : $"  after {string.Join(", ", step.DependsOn)}";
                lines.Add($"{bracket} {Mark(step.Status)} {step.Step.PadRight(name)}  {Doer(step).PadRight(who)}  {State(step, clock)}{after}".TrimEnd());
            }
        }

        return lines;
    }

    /// <summary>One step in one line.</summary>
    internal static string Line(WorkflowStep step, TimeProvider clock) => $"{Mark(step.Status)} {step.Step}  {Doer(step)}  {State(step, clock)}";

    internal static string Mark(WorkflowStepStatus status) => status switch
    {
        WorkflowStepStatus.Completed => "✓",
        WorkflowStepStatus.Failed => "✗",
        WorkflowStepStatus.Assigned or WorkflowStepStatus.InProgress => "▸",
        WorkflowStepStatus.Skipped or WorkflowStepStatus.Cancelled => "-",
        _ => "·",
    };

    private static string State(WorkflowStep step, TimeProvider clock)
    {
        var word = Words.Of(step.Status);
        if (step is { EndedAt: { } ended, StartedAt: { } started })
            word += $" in {Span(ended - started)}";
        else if (step is { Status: WorkflowStepStatus.Assigned or WorkflowStepStatus.InProgress, Attempts: [.., var last] })
            word += $" {Span(clock.GetUtcNow() - last.StartedAt)} ago";
        else if (step.RetryAt is { } retry)
            word += retry > clock.GetUtcNow() ? $", again in {Span(retry - clock.GetUtcNow())}" : ", again now";
        if (step.Attempt > 1)
            word += string.Create(CultureInfo.InvariantCulture, $", attempt {step.Attempt}");
        return step.Error is null ? word : $"{word}: {step.Error}";
    }

    private static string Doer(WorkflowStep step) => step.AgentId ?? step.Agent ?? step.Person ?? (step.Capability is { } capability ? $"capability:{capability}" : $"workflow {step.Workflow}");

    private static string Span(TimeSpan span) => span.TotalSeconds switch
    {
        < 0 => "0 s",
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} h"),
    };

    private static int Widest(IReadOnlyList<WorkflowStep> steps, Func<WorkflowStep, string> text) => steps.Count == 0 ? 0 : steps.Max(step => text(step).Length);

    private static List<List<WorkflowStep>> Waves(IReadOnlyList<WorkflowStep> steps)
    {
        var depths = new Dictionary<string, int>(StringComparer.Ordinal);
        var byName = steps.ToDictionary(step => step.Step, StringComparer.Ordinal);
        // A step comes after all that it waits for, so in as many rounds as there are waves, every depth is known.
        for (var isNew = true; isNew;)
        {
            isNew = false;
            foreach (var step in steps.Where(step => !depths.ContainsKey(step.Step) && step.DependsOn.All(other => !byName.ContainsKey(other) || depths.ContainsKey(other))))
            {
                depths[step.Step] = step.DependsOn.Select(other => depths.GetValueOrDefault(other, -1) + 1).DefaultIfEmpty(0).Max();
                isNew = true;
            }
        }

        return [.. steps.GroupBy(step => (IsUndoing: step.Undoes is not null, Depth: depths.GetValueOrDefault(step.Step))).OrderBy(group => group.Key).Select(group => group.ToList())];
    }
}
