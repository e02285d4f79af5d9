using System.Text;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Fuzzing;
using Xunit;

namespace Parley.Server.Tests.Messages;

/// <summary>Whoever comes from another message system writes its field names first.</summary>
public sealed class FieldNamesTests
{
    private const string Send = """{"recipient": "bob", "message": "Hello"}""";

    [Fact]
    public async Task Over_REST_the_fields_that_were_meant_are_suggested()
    {
        await using var host = await ConceptHost.StartAsync();

        var answer = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", await host.RegisterAsync("bob"), Send);

        var problem = answer.As(WireJson.Lenient.Problem);
        Assert.Equal((400, ErrorCodes.InvalidRequest), ((int)answer.Status, problem.Code));
        Assert.Equal("is not a field here; did you mean 'to'?", Assert.Single(problem.Errors!["recipient"]));
        Assert.Equal("is not a field here; did you mean 'content'?", Assert.Single(problem.Errors["message"]));
    }

    [Fact]
    public async Task Over_a_frame_too()
    {
        await using var host = await ConceptHost.StartAsync();
        using var socket = await FuzzSocket.OpenAsync(host, "/ws/bob", await host.RegisterAsync("bob"));

        await socket.SendAsync(Encoding.UTF8.GetBytes($$"""{"event": "message:send", "id": "1", "data": {{Send}}}"""));
        var (frames, _, _) = await socket.ReadAsync();

        var errors = Assert.Single(frames)["data"]!["errors"]!;
        Assert.Equal("is not a field here; did you mean 'to'?", errors["recipient"]![0]!.GetValue<string>());
        Assert.Equal("is not a field here; did you mean 'content'?", errors["message"]![0]!.GetValue<string>());
    }
}
