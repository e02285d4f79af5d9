using System.Net;
using System.Text;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Rest;
using Parley.Server.Tests.Tasks;
using Xunit;

namespace Parley.Server.Tests.Workflows;

/// <summary>Plans in YAML.</summary>
public sealed class WorkflowYamlTests
{
    [Fact]
    public async Task Yaml_is_understood()
    {
        await using var host = await ConceptHost.StartAsync();
        var pm = await host.AgentAsync("pm");
        var answer = await YamlAsync(host, pm, """
            title: The login page   # a comment
            input: {n: 1.5, text: "no", word: no, nothing: ~, on: true}
            steps:
              - action: design
                agent: pm
                input: |
                  ${input/text}
                  twice
              - action: build
                agent: pm
                depends_on: [design]
            """);

        var started = answer.Workflow(HttpStatusCode.Created);
        Assert.Equal("""{"n":1.5,"text":"no","word":"no","nothing":null,"on":true}""", started.Input!.Value.GetRawText());
        Assert.Equal(["design", "build"], started.Steps.Select(step => step.Step));
        Assert.Equal("no\ntwice\n", started.Named("design").FilledInput!.Value.GetString());
    }

    [Theory]
    [InlineData("steps: [", "is not valid YAML")]
    [InlineData("a: &x 1\nb: *x", "line 1, column 4")]
    [InlineData("a: 1\n---\nb: 2", "has a second document")]
    [InlineData("? [1]\n: 2", "a key that is not a text")]
    [InlineData("# nothing", "is empty")]
    [InlineData("title: x\ntitle: y\nsteps: []", "title")]
    public async Task Bad_yaml_is_refused_with_its_place(string yaml, string hint)
    {
        await using var host = await ConceptHost.StartAsync();

        var answer = await YamlAsync(host, await host.TokenAsync(TokenKind.Admin), yaml);

        answer.Refused(HttpStatusCode.BadRequest, ErrorCodes.InvalidRequest);
        Assert.Contains(hint, answer.Text, StringComparison.Ordinal);
    }

    private static async Task<Answer> YamlAsync(ConceptHost host, string token, string yaml)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Following.Api);
        request.Headers.Authorization = new("Bearer", token);
        request.Content = new StringContent(yaml, Encoding.UTF8, "application/yaml");
        using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer(response, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
