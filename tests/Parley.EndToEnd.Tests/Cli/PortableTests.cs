using Parley.EndToEnd.Tests.Durability;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>The build for the .NET runtime, which <c>./parley</c> uses until the native one is made, and which other systems have alone.</summary>
public sealed class PortableTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_serves_and_what_is_sent_with_it_is_read_with_it()
    {
        await using var server = new KillableServer(Binary.Portable);
        await server.StartAsync(Cancel);

        var registered = await RunAsync(server, "send", "human", "The build is red.");
        var inbox = await RunAsync(server, "inbox", "--ack");
        var empty = await RunAsync(server, "inbox");

        Assert.True(registered.ExitCode == 0, registered.Error);
        Assert.Contains("The build is red.", inbox.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("The build is red.", empty.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/openapi/v1.json")]
    [InlineData("/asyncapi.json")]
    [InlineData("/workflow.schema.json")]
    public async Task Both_builds_describe_the_API_byte_for_byte_the_same(string document)
    {
        await using var portable = new KillableServer(Binary.Portable);
        await using var published = new KillableServer(await PublishedBinary.FindAsync(Cancel));
        await portable.StartAsync(Cancel);
        await published.StartAsync(Cancel);
        using var client = new HttpClient();

        var ofPortable = await client.GetByteArrayAsync(new Uri(portable.Url + document), Cancel);
        var ofPublished = await client.GetByteArrayAsync(new Uri(published.Url + document), Cancel);

        Assert.Equal(ofPortable, ofPublished);
    }

    private static Task<CliRun> RunAsync(KillableServer server, params string[] arguments) => Binary.RunAsync(
        Binary.CommandOf(
            Binary.Portable,
            new Dictionary<string, string> { ["PARLEY_DATA"] = server.DataFolder, ["XDG_CONFIG_HOME"] = server.ConfigFolder },
            arguments),
        Cancel);
}
