using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Parley.Protocol;
using Parley.Server.Wire;
using Parley.Server.Workflows;
using Xunit;

namespace Parley.Server.Tests.Workflows;

/// <summary>How plans are read: with everything that is wrong, and in bounded time, whatever is sent.</summary>
public sealed class WorkflowPlanTests
{
    [Fact]
    public void All_circles_and_what_waits_for_them_are_found()
    {
        // 0 and 1 wait for each other, 2 for itself, 3 for the first circle, 4 for 3, 5 for nobody, 6 and 7 for each other and for the first circle.
        var plan = Plan([1], [0], [2], [0, 5], [3], [], [7, 1], [6]);

        Assert.Equal(
            ["0,1 < 3,4", "2 < ", "6,7 < "],
            plan.Circles().Select(one => $"{string.Join(',', one.Circle.Order())} < {string.Join(',', one.Behind.Order())}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_plan_has_circles_exactly_if_not_all_of_its_steps_are_in_waves() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(
            Graphs().ToArbitrary(),
            graph =>
            {
                var plan = Plan(graph);
                var inWaves = plan.Waves().Sum(wave => wave.Count);
                var circles = plan.Circles();
                foreach (var (circle, _) in circles)
                {
                    for (var i = 0; i < circle.Count; i++)
                        Assert.Contains(circle[(i + 1) % circle.Count], plan.After(circle[i]));
                }

                // What is in no wave is behind a circle, or in the same tangle of circles as one that is named.
                Assert.Equal(inWaves == plan.Count, circles.Count == 0);
                Assert.True(circles.Sum(one => one.Circle.Count + one.Behind.Count) <= plan.Count - inWaves);
            }));

    [Fact]
    public void A_long_chain_and_a_thicket_are_read_at_once()
    {
        const int many = WorkflowReading.MostSteps;
        var chain = Enumerable.Range(0, many).Select(n => n == 0 ? Array.Empty<int>() : [n - 1]).ToArray();
        Assert.Equal(many, Plan(chain).Waves().Count);
        var circle = Plan([[many - 1], .. chain[1..]]);
        Assert.Equal(many, Assert.Single(circle.Circles()).Circle.Count);
    }

    [Theory]
    [InlineData("rollback plan", "must be 1-100 of A-Z a-z 0-9 . _ -, such as 'rollback-plan'")]
    [InlineData("…", "must be 1-100 of A-Z a-z 0-9 . _ -")]
    [InlineData("input", "'input' is the workflow's input: choose another name")]
    public void A_name_that_is_refused_is_refused_where_it_is_given_and_not_where_it_is_used(string name, string why)
    {
        var steps = new List<WorkflowStepRequest>
        {
            new() { Step = name, Person = "human", Action = "Write it." },
            new() { Step = "b", Person = "human", Action = "Do it.", DependsOn = [name], Input = JsonElement.Parse($"\"${{{name}/x}}\""), When = [new() { Step = name, Op = ConditionOperator.Exists }] },
        };
        var validation = new Validation();

        WorkflowReading.Of(steps, new KnownNames(_ => true, [], new HashSet<string>()), validation);

        var (place, reasons) = Assert.Single(validation.Problem!.Errors!);
        Assert.Equal(("steps[0].step", why), (place, Assert.Single(reasons)));
    }

    [Fact]
    public void Any_number_of_mistakes_leads_to_a_bounded_number_of_errors()
    {
        var steps = Enumerable.Range(0, 1_000).Select(_ => new WorkflowStepRequest { Agent = "nobody", Action = "x", DependsOn = [.. Enumerable.Range(0, 50).Select(n => $"none-{n}")] }).ToList();
        var known = new KnownNames(_ => false, Enumerable.Range(0, 10_000).Select(n => $"agent-{n}"), new HashSet<string>());
        var validation = new Validation();

        WorkflowReading.Of(steps, known, validation);

        Assert.InRange(validation.Problem!.Errors!.Count, 100, 300);
    }

    [Fact]
    public void An_input_cannot_grow_without_bounds()
    {
        var large = JsonElement.Parse($"\"{new string('x', 100_000)}\"");
        var input = JsonElement.Parse($"[{string.Join(',', Enumerable.Repeat("\"${a}\"", 1_000))}]");

        Assert.False(StepInput.TryFill(input, _ => large, out _, out var fault));
        Assert.Equal("Its input would be larger than 262144 bytes with the results that it refers to.", fault);
    }

    [Fact]
    public void No_bytes_break_the_reading_of_yaml() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2_000),
        Prop.ForAll(
            Mangled().ToArbitrary(),
            yaml =>
            {
                if (YamlDocument.TryToJson(yaml, out var json, out var fault))
                    JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 100 }).Dispose();
                else
                    Assert.NotEmpty(fault);
            }));

    private static Gen<byte[]> Mangled()
    {
        var whole = Encoding.UTF8.GetBytes("title: The login page\ninput: {a: [1, 2.5, \"\\uD800 x\"], b: ~}\nsteps:\n  - step: build\n    agent: be-1\n    input: |\n      ${a}\n  - {action: 'it''s', depends_on: [build]}\n");
        var pieces = new[] { "\n", ":", "- ", "[", "]", "{", "}", "\"", "'", "&a ", "*a", "!!int ", "\t", "|", ">", "\\", "\0", "é", "---\n", "? ", "#", "%" };
        return from edits in Gen.Choose(1, 8)
               from places in Gen.Choose(0, whole.Length - 1).ArrayOf(edits)
               from words in Gen.Elements(pieces).ArrayOf(edits)
               from kinds in Gen.Choose(0, 2).ArrayOf(edits)
               select Mangle(whole, places, words, kinds);
    }

    private static byte[] Mangle(byte[] whole, int[] places, string[] words, int[] kinds)
    {
        var bytes = new List<byte>(whole);
        for (var i = 0; i < places.Length; i++)
        {
            var at = Math.Min(places[i], bytes.Count - 1);
            switch (kinds[i])
            {
                case 0:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(words[i]));
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                default:
                    bytes[at] = (byte)(bytes[at] + places[i]);
                    break;
            }
        }

        return [.. bytes];
    }

    private static Gen<int[][]> Graphs() =>
        from count in Gen.Choose(1, 12)
        from edges in Gen.Choose(0, count - 1).ArrayOf(3).Select(others => others.Distinct().ToArray()).ArrayOf(count)
        from kept in Gen.Choose(0, 3).ArrayOf(count)
        select edges.Select((others, place) => others[..Math.Min(kept[place], others.Length)]).ToArray();

    private static WorkflowPlan Plan(params int[][] after) => new([.. after.Select((others, place) => (Name(place), (IReadOnlyList<string>)[.. others.Select(Name)]))]);

    private static string Name(int place) => place.ToString(CultureInfo.InvariantCulture);
}
