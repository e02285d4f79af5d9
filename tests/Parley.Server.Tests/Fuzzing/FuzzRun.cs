using System.Globalization;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Projects;
using Parley.Server.Tests.Agents;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Fuzzing;

/// <summary>The random numbers of one run, and what every refusal must be. <c>PARLEY_FUZZ_SEED</c> repeats a run.</summary>
internal sealed class FuzzRun
{
    private readonly int _seed = int.TryParse(Environment.GetEnvironmentVariable("PARLEY_FUZZ_SEED"), CultureInfo.InvariantCulture, out var seed)
        ? seed
        : Random.Shared.Next();

    /// <summary>The mutator of one input: its numbers do not depend on what was sent before.</summary>
    internal JsonMutator Mutator(string what, int number) => new(Numbers(what, number));

    internal Random Numbers(string what, int number) =>
        new(what.Aggregate(unchecked((_seed * 397) ^ number), (hash, letter) => unchecked((hash * 31) + letter)));

    internal string Say(string what, int number, ReadOnlySpan<byte> input, string trouble) => string.Create(
        CultureInfo.InvariantCulture,
        $"PARLEY_FUZZ_SEED={_seed}, {what}, input {number}: {trouble}\n{Encoding.UTF8.GetString(input[..Math.Min(input.Length, 2_000)])}\n{Convert.ToHexString(input[..Math.Min(input.Length, 200)])}");

    /// <summary>Whether a refusal is one that a client can use.</summary>
    /// <returns>What is wrong with it; null: nothing.</returns>
    internal static string? Trouble(Problem? problem)
    {
        if (problem is null)
            return "it is no problem document";
        if (ErrorCatalog.All.All(meaning => meaning.Code != problem.Code))
            return $"the code '{problem.Code}' is not in the catalogue";
        if (problem.Status is < 400 or >= 500)
            return $"the status is {problem.Status}: {problem.Detail}";
        if (problem.Code == ErrorCodes.InvalidRequest && problem.Errors is not { Count: > 0 })
            return $"no field is named: {problem.Detail}";
        return problem.Detail is { Length: > 0 } ? null : "it says nothing";
    }

    internal static Problem? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, WireJson.Lenient.Problem);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A project of its own for each thing that is tried, with what its examples speak of, so that its log tells of nothing else.</summary>
    internal static async Task<FuzzWorld> WorldAsync(ConceptHost host, string admin, string projectId)
    {
        await PostAsync(host, admin, "/api/v1/projects", $$"""{"project_id": "{{projectId}}", "settings": {"rate_limit_per_second": 0, "mailbox_limit": 100000} }""");
        var project = $"?project_id={projectId}";
        foreach (var agent in new[] { "be-1", "pm-1" })
            await PostAsync(host, admin, $"/api/v1/agents/register{project}", $$"""{"agent_id": "{{agent}}", "capabilities": ["review"], "role": "backend_developer"}""");
        // Whoever settles is there: the first to be refused would come by it.
        foreach (var agent in new[] { "be-1", "pm-1" })
            Assert.Equal(204, (int)(await host.SendAsync(HttpMethod.Post, $"/api/v1/agents/{agent}/heartbeat{project}", admin)).Status);
        await PostAsync(host, admin, $"/api/v1/squads{project}", """{"squad_id": "alpha", "name": "Alpha", "members": [{"agent_id": "be-1"}]}""");
        var execution = JsonDocument.Parse(await PostAsync(host, admin, $"/api/v1/executions{project}", "{}")).RootElement.GetProperty("execution_id").GetString()!;
        var message = JsonDocument.Parse(await PostAsync(host, admin, $"/api/v1/messages{project}", """{"to": "be-1", "content": "hello", "sender_id": "pm-1"}"""))
            .RootElement.GetProperty("message_id").GetString()!;
        return new FuzzWorld(host.Get<ProjectDirectory>().Find(projectId)!, execution, message);
    }

    private static async Task<string> PostAsync(ConceptHost host, string token, string path, string body)
    {
        var answer = await host.SendAsync(HttpMethod.Post, path, token, body);
        Assert.True((int)answer.Status is 200 or 201, $"{path}: {answer.Text}");
        return answer.Text;
    }
}

internal sealed record FuzzWorld(ProjectState Project, string ExecutionId, string MessageId)
{
    /// <summary>An address of an endpoint: what its pattern leaves open is there.</summary>
    internal string Address(string pattern) => $"{pattern
        .Replace("{agent_id}", "be-1", StringComparison.Ordinal)
        .Replace("{squad_id}", "alpha", StringComparison.Ordinal)
        .Replace("{project_id}", Project.Id, StringComparison.Ordinal)
        .Replace("{message_id}", MessageId, StringComparison.Ordinal)
        .Replace("{id}", pattern.Contains("/executions/", StringComparison.Ordinal) ? ExecutionId : MessageId, StringComparison.Ordinal)}?project_id={Project.Id}";
}
