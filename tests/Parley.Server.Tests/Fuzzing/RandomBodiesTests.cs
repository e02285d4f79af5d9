using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Tests.Agents;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Fuzzing;

/// <summary>A thousand bodies for every endpoint that takes one, made from its documented examples: each is taken, or refused in a form that
/// a client can use, and what is refused changes nothing.</summary>
public sealed class RandomBodiesTests
{
    private const int Bodies = 1_000;

    private static readonly FuzzRun Run = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_body_is_accepted_or_refused_properly_and_a_refused_one_changes_nothing()
    {
        await using var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        var targets = host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(Target.Of).ToList();
        Assert.True(targets.Count >= 25, $"Only {targets.Count} endpoints with a body were found.");
        Assert.All(targets, target => Assert.NotEmpty(target.Examples));

        var troubles = new ConcurrentQueue<string>();
        await Parallel.ForAsync(0, targets.Count, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel }, async (number, _) =>
            await TryAsync(host, admin, targets[number], await FuzzRun.WorldAsync(host, admin, $"fuzz-{number}"), troubles));

        Assert.True(troubles.IsEmpty, string.Join("\n\n", troubles.Take(20)));
    }

    /// <summary>What random bodies have found, asked each time.</summary>
    [Theory]
    [InlineData("messages", """{"to": "*", "content": "x", "deliver_at": "9999-12-31T23:59:59.999Z"}""", "deliver_at")]
    [InlineData("questions", """{"content": "x", "options": [{"\ud800": 0}]}""", "options[0].?")]
    [InlineData("broadcast", "", "body")]
    [InlineData("requests", "", "body")]
    public async Task Inputs_that_were_once_a_bug_are_refused_naming_the_field(string path, string body, string field)
    {
        await using var host = await ConceptHost.StartAsync();

        var answer = await host.SendAsync(HttpMethod.Post, $"/api/v1/{path}", await host.TokenAsync(TokenKind.Admin), body);

        Assert.Equal((400, field), ((int)answer.Status, Assert.Single(answer.Problem.Errors!.Keys)));
    }

    private static async Task TryAsync(ConceptHost host, string admin, Target target, FuzzWorld world, ConcurrentQueue<string> troubles)
    {
        for (var number = 0; number < Bodies; number++)
        {
            var numbers = Run.Numbers(target.Name, number);
            var body = new JsonMutator(numbers).Mutate(target.Examples[numbers.Next(target.Examples.Count)]);
            var head = world.Project.Log.Head;

            Refusal refusal;
            try
            {
                refusal = await SendAsync(host, admin, target, world, body);
            }
            catch (TaskCanceledException) when (!Cancel.IsCancellationRequested)
            {
                troubles.Enqueue(Run.Say(target.Name, number, body, "it was not answered"));
                return;
            }

            var trouble = refusal.Problems.Select(FuzzRun.Trouble).FirstOrDefault(one => one is not null);
            if (refusal.IsWhole && world.Project.Log.Head != head)
                trouble ??= "it was refused, and the log has grown";

            if (trouble is not null)
                troubles.Enqueue(Run.Say(target.Name, number, body, trouble));
        }
    }

    private static async Task<Refusal> SendAsync(ConceptHost host, string admin, Target target, FuzzWorld world, byte[] body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(target.Method), world.Address(target.Pattern)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", admin);
        using var taken = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        // Before it is sent: it may be stored before this goes on.
        var stored = target.Waits ? world.Project.Log.WaitAsync(world.Project.Log.Head, taken.Token) : null;
        var answering = host.Client.SendAsync(request, taken.Token);
        if (stored is not null && await Task.WhenAny(answering, stored) != answering)
        {
            // It is stored, and nobody will ever reply.
            await taken.CancelAsync();
            await ((Task)answering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return Refusal.Nothing;
        }

        using var answer = await answering;
        await taken.CancelAsync();
        var text = await answer.Content.ReadAsByteArrayAsync(Cancel);
        if (!answer.IsSuccessStatusCode)
            return new Refusal(IsWhole: true, [answer.Content.Headers.ContentType?.MediaType == ApiProblem.ContentType ? FuzzRun.Read(text) : null]);
        // Of many, each has its own result.
        return target.HasItems && JsonNode.Parse(text)!["items"] is JsonArray items
            ? new Refusal(IsWhole: false, [.. items.Select(item => item!["problem"]).Where(problem => problem is not null).Select(problem => problem.Deserialize(WireJson.Lenient.Problem))])
            : Refusal.Nothing;
    }

    /// <param name="IsWhole">Nothing of the request was taken.</param>
    /// <param name="Problems">Null: not a problem document.</param>
    private sealed record Refusal(bool IsWhole, IReadOnlyList<Problem?> Problems)
    {
        internal static Refusal Nothing { get; } = new(IsWhole: false, []);
    }

    /// <param name="Waits">A request: what is taken is answered when somebody replies.</param>
    private sealed record Target(string Name, string Method, string Pattern, IReadOnlyList<string> Examples, bool Waits)
    {
        internal bool HasItems => Examples[0].StartsWith("{\"items\"", StringComparison.Ordinal);

        internal static IEnumerable<Target> Of(RouteEndpoint endpoint)
        {
            if (endpoint.Metadata.GetMetadata<Operation>() is not { Takes: { Body: { } type } takes } operation)
                yield break;
            // A claim that waits would wait for a clock that nobody turns.
            var examples = takes.Examples.Select(example => example.Json.Replace("\"wait\": 20, ", "", StringComparison.Ordinal)).ToList();
            foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods)
                yield return new Target(operation.Name, method, $"/{endpoint.RoutePattern.RawText!.TrimStart('/')}", examples, type == typeof(RequestRequest));
        }
    }
}
