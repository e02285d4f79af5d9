using System.Globalization;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Questions;
using Parley.Server.Wire;

namespace Parley.Server.Workflows;

/// <summary>What a project has that steps may name.</summary>
/// <param name="HasAgent">By id.</param>
/// <param name="Agents">For suggestions.</param>
/// <param name="Definitions">The definitions that exist, among those that steps name.</param>
internal sealed record KnownNames(Func<string, bool> HasAgent, IEnumerable<string> Agents, IReadOnlySet<string> Definitions)
{
    /// <summary>Each suggestion looks at all names, of which there may be many.</summary>
    private int _suggestionsLeft = 10;

    /// <summary>The name that was probably meant, as a sentence; empty if there is none.</summary>
    internal string Suggestion(string said, IEnumerable<string> names) =>
        _suggestionsLeft-- > 0 && DidYouMean.To(said, names) is { } meant ? $". Did you mean '{meant}'?" : "";
}

/// <summary>Reads the steps of a definition: names them, resolves what they depend on, and finds everything that is wrong, each with its place.</summary>
internal sealed class WorkflowReading
{
    internal const int MostSteps = 2_000, LongestName = 100;

    private const int LongestAction = 16 * 1024, LargestJson = 64 * 1024, MostConditions = 50, MostRetries = 20, LongestTime = 2_592_000, LongestBackoff = 86_400, MostFailures = 200;

    private readonly IReadOnlyList<WorkflowStepRequest> _requests;
    private readonly KnownNames _known;
    private readonly Validation _validation;
    private int _failures;
    private readonly string[] _names;

    /// <summary>Steps by the names that they were given.</summary>
    private readonly Dictionary<string, int> _named = new(StringComparer.Ordinal);

    /// <summary>Steps by their actions, and by the names made from them.</summary>
    private ILookup<string, int> _doing = Enumerable.Empty<int>().ToLookup(_ => "");

    private WorkflowReading(IReadOnlyList<WorkflowStepRequest> requests, KnownNames known, Validation validation)
    {
        (_requests, _known, _validation) = (requests, known, validation);
        _names = new string[requests.Count];
    }

    /// <summary>The steps as they will be stored, without the id of their workflow; and the graph of them.</summary>
    internal IReadOnlyList<WorkflowStep> Steps { get; private set; } = [];

    internal WorkflowPlan Plan { get; private set; } = new([]);

    /// <param name="validation">Gets the errors.</param>
    internal static WorkflowReading Of(IReadOnlyList<WorkflowStepRequest>? requests, KnownNames known, Validation validation)
    {
        validation.Items("steps", requests, MostSteps);
        var reading = new WorkflowReading(requests is { Count: <= MostSteps } ? requests : [], known, validation);
        reading.NameSteps();
        reading.Steps = [.. reading._requests.Select((request, place) => reading.ReadStep(request, place))];
        reading.Plan = new WorkflowPlan([.. reading.Steps.Select(step => (step.Step, step.DependsOn))]);
        if (reading.CheckCycles())
            reading.CheckReferences();
        reading.CheckNames();
        return reading;
    }

    private void NameSteps()
    {
        for (var i = 0; i < _requests.Count; i++)
        {
            if (_requests[i].Step is not { } name)
                continue;
            _names[i] = name;
            var field = $"{Place(i)}.step";
            // A name that is refused is still the name of its step. Otherwise, each use of it would be refused too, as if there were no such step.
            if (!_named.TryAdd(name, i))
                Fail(field, $"'{Problems.Shown(name)}' is the name of {Place(_named[name])} too: each step needs a name of its own");
            else if (name == WorkflowPlan.InputName)
                _validation.Fail(field, $"'{WorkflowPlan.InputName}' is the workflow's input: choose another name");
            else if (!IsName(name))
                Fail(field, $"must be 1-{LongestName} of A-Z a-z 0-9 . _ -{Instead(name)}");
        }

        var made = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < _requests.Count; i++)
        {
            if (_names[i] is not null)
                continue;
            var start = (_requests[i].Action is { } action ? WireNames.ToId(action, LongestName - 8) : null) ?? string.Create(CultureInfo.InvariantCulture, $"step-{i + 1}");
            var name = start;
            for (var n = 2; name == WorkflowPlan.InputName || _named.ContainsKey(name) || !made.Add(name); n++)
                name = string.Create(CultureInfo.InvariantCulture, $"{start}-{n}");
            _names[i] = name;
        }

        _doing = Enumerable.Range(0, _requests.Count)
            .SelectMany(place => new[] { _requests[place].Action, _requests[place].Step is null ? _names[place] : null }.OfType<string>().Select(word => (word, place)))
            .ToLookup(pair => pair.word, pair => pair.place, StringComparer.Ordinal);
    }

    private WorkflowStep ReadStep(WorkflowStepRequest request, int place)
    {
        var at = Place(place);
        var doers = new (string Name, string? Value)[] { ("agent", request.Agent), ("capability", request.Capability), ("person", request.Person), ("workflow", request.Workflow) }
            .Where(doer => doer.Value is not null).ToList();
        _validation
            .Check(doers.Count > 0, at, "has nobody who does it: say agent, capability, person, or workflow")
            .Check(doers.Count < 2, at, $"has {string.Join(" and ", doers.Select(doer => doer.Name))}: only one of them can do it")
            .Check(request.Action is not null || request.Workflow is not null, $"{at}.action", "is missing: say what to do")
            .Length($"{at}.action", request.Action, LongestAction)
            .Check(request.Action is not "", $"{at}.action", "is empty")
            .DisplayText($"{at}.capability", request.Capability, 100)
            .Range($"{at}.timeout_seconds", request.TimeoutSeconds, 1, LongestTime)
            .Range($"{at}.retries.max", request.Retries?.Max, 0, MostRetries)
            .Range($"{at}.retries.backoff_seconds", request.Retries?.BackoffSeconds, 0, LongestBackoff)
            .Length($"{at}.compensate", request.Compensate, LongestAction)
            .Check(request.Compensate is not "", $"{at}.compensate", "is empty")
            .Check(request.DependsOn is null || request.DependsOn.Count <= MostSteps, $"{at}.depends_on", $"has more than {MostSteps} items")
            .Check(request.When is null || request.When.Count <= MostConditions, $"{at}.when", $"has more than {MostConditions} items");
        _validation
            .Check(request.Options is null || request.Person is not null, $"{at}.options", "must be absent: only a person is asked to choose")
            .Check(request.Default is null || request.Person is not null, $"{at}.default", "must be absent: only a person is asked for an answer")
            .Check(request.Default is null || request.TimeoutSeconds is not null, $"{at}.default", "needs timeout_seconds: it is the answer if nobody gives one in time");
        QuestionRules.CheckAnswers(_validation, at, request.Options, request.Default);
        CheckSize($"{at}.input", request.Input);
        CheckSize($"{at}.requirements", request.Requirements);
        for (var i = 0; i < request.When?.Count && i < MostConditions; i++)
            CheckCondition(Item($"{at}.when", i), request.When[i]);
        return new WorkflowStep
        {
            StepId = "",
            WorkflowId = "",
            Step = _names[place],
            Position = place,
            Agent = request.Agent,
            Capability = request.Capability,
            Person = request.Person,
            Workflow = request.Workflow,
            Action = request.Action,
            Requirements = Said(request.Requirements),
            Input = Said(request.Input),
            DependsOn = ReadDependencies(request, place),
            When = request.When ?? [],
            TimeoutSeconds = request.TimeoutSeconds,
            Retries = request.Retries,
            RetriesLeft = request.Retries?.Max ?? 0,
            OnFailure = request.OnFailure ?? FailurePolicy.Fail,
            Compensate = request.Compensate,
            Options = request.Options ?? [],
            Default = request.Default,
        };
    }

    /// <summary>By the names of steps, or by actions that only one step has.</summary>
    private List<string> ReadDependencies(WorkflowStepRequest request, int place)
    {
        var found = new List<string>();
        for (var i = 0; i < request.DependsOn?.Count && i < MostSteps; i++)
        {
            var (field, said) = (Item($"{Place(place)}.depends_on", i), request.DependsOn[i]);
            if (_named.TryGetValue(said, out var named))
                Add(named);
            else if (_doing[said].Distinct().ToList() is not { Count: > 0 } doing)
                Fail(field, $"there is no step '{Problems.Shown(said)}'{_known.Suggestion(said, _names)}");
            else if (doing is [var only])
                Add(only);
            else
                Fail(field, $"'{Problems.Shown(said)}' is the action of {string.Join(" and ", doing.Take(3).Select(Place))}: give these steps names, and use one of them");
        }

        return found;

        void Add(int other)
        {
            if (!found.Contains(_names[other]))
                found.Add(_names[other]);
        }
    }

    private bool CheckCycles()
    {
        var circles = Plan.Circles();
        foreach (var (circle, behind) in circles)
        {
            var path = string.Join(" -> ", circle.Append(circle[0]).Select(place => _names[place]));
            Fail($"{Place(circle[0])}.depends_on", $"goes in a circle: {Problems.Shown(path)}");
            foreach (var place in behind)
                Fail($"{Place(place)}.depends_on", $"can never start, because it waits for the circle {Problems.Shown(path)}");
        }

        return circles.Count == 0;
    }

    /// <summary>A step may refer only to results that are there when it starts.</summary>
    private void CheckReferences()
    {
        var ancestors = Plan.Ancestors();
        for (var i = 0; i < Steps.Count; i++)
        {
            var at = Place(i);
            if (Steps[i].Input is { } input)
            {
                var references = StepInput.ReferencesIn(input, out var fault);
                if (fault is not null)
                    Fail($"{at}.input", fault);
                else
                    CheckAll(references.Select(reference => (reference.Step, $"{at}.input", reference.ToString())), i);
            }

            CheckAll(Steps[i].When.Select((condition, n) => (condition.Step ?? "", $"{Item($"{at}.when", n)}.step", $"'{condition.Step}'")).Where(one => one.Item1 != ""), i);
        }

        void CheckAll(IEnumerable<(string Step, string Field, string Shown)> references, int place)
        {
            foreach (var (step, field, shown) in references)
            {
                if (step == WorkflowPlan.InputName)
                    continue;
                if (Plan.PlaceOf(step) is not { } other)
                    Fail(field, $"{Problems.Shown(shown)}: there is no step '{Problems.Shown(step)}'{_known.Suggestion(step, _names)}");
                else if (!ancestors[place][other])
                    Fail(field, $"{Problems.Shown(shown)}: the step does not wait for '{step}', so there may be no result yet: add it to depends_on");
            }
        }
    }

    private void CheckNames()
    {
        for (var i = 0; i < Steps.Count; i++)
        {
            var (step, at) = (Steps[i], Place(i));
            if (step.Agent is { } agent && !_known.HasAgent(agent))
                Fail($"{at}.agent", $"there is no agent '{Problems.Shown(agent)}'{_known.Suggestion(agent, _known.Agents)}");
            if (step.Person is { } person && person != Security.Caller.Human && !_known.HasAgent(person))
                Fail($"{at}.person", $"there is no '{Problems.Shown(person)}'; say 'human', or the id of an agent that is a person");
            if (step.Workflow is { } name && !_known.Definitions.Contains(name))
                Fail($"{at}.workflow", $"there is no definition '{Problems.Shown(name)}'");
        }
    }

    private void CheckCondition(string at, WorkflowCondition condition)
    {
        var op = condition.Op ?? ConditionOperator.Eq;
        _validation
            .Required($"{at}.step", condition.Step)
            .Check(condition.Pointer is null || JsonPlace.IsOne(condition.Pointer), $"{at}.pointer", "must be a JSON Pointer such as /tests/failed")
            .Check(condition.Value is null || StepCondition.Compares(op), $"{at}.value", $"must be absent: {WireType.WordOf(op)} compares with nothing")
            .Check(
                !StepCondition.Orders(op) || condition.Value is { ValueKind: JsonValueKind.Number or JsonValueKind.String }, $"{at}.value",
                $"must be a number or a text, because {WireType.WordOf(op)} compares their order");
        CheckSize($"{at}.value", condition.Value);
    }

    private void CheckSize(string field, JsonElement? value) => _validation.Check(
        value is not { ValueKind: not JsonValueKind.Undefined } said || said.GetRawText().Length <= LargestJson, field, $"is larger than {LargestJson} bytes");

    /// <summary>For errors of which a plan may have any number.</summary>
    private void Fail(string field, string reason)
    {
        if (_failures++ < MostFailures)
            _validation.Fail(field, reason);
    }

    /// <summary>A name that is like the one that was refused, as a sentence; empty if there is none.</summary>
    private static string Instead(string name) => name.Length <= LongestName && WireNames.ToId(name, LongestName) is { } close ? $", such as '{close}'" : "";

    private static bool IsName(string name) => name.Length is > 0 and <= LongestName && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');

    private static JsonElement? Said(JsonElement? value) => value is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } said ? said : null;

    private static string Place(int index) => Item("steps", index);

    private static string Item(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]");
}
