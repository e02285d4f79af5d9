using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>What the program says of itself.</summary>
public sealed class HelpTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Theory]
    [InlineData("--help")]
    [InlineData("help")]
    [InlineData("-h")]
    public async Task The_programs_help_explains_what_every_command_takes(string words)
    {
        var help = await RunAsync(words.Split(' '));

        Assert.Equal(0, help.ExitCode);
        foreach (var option in (string[])["--url <URL>", "--token <TOKEN>", "--project <ID>", "--as <AGENT>", "--cacert <FILE>", "--json  "])
            Assert.Single(help.Lines, line => line.StartsWith($"  {option}", StringComparison.Ordinal));
        foreach (var command in (string[])["projects", "squads", "executions", "dead", "help"])
            Assert.Single(help.Lines, line => line.StartsWith($"  {command} ", StringComparison.Ordinal));
        Assert.Contains("-v, --version", help.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("help send", "send --help", "parley send <to> [<text>] [options]")]
    [InlineData("help token create", "token create --help", "parley token create [options]")]
    [InlineData("help memory", "memory -h", "parley memory [command] [options]")]
    public async Task A_commands_help_only_names_what_every_command_takes(string asCommand, string asOption, string usage)
    {
        var help = await RunAsync(asCommand.Split(' '));

        Assert.Equal(0, help.ExitCode);
        Assert.Contains(usage, help.Output, StringComparison.Ordinal);
        Assert.Single(help.Lines, line => line.Contains("--cacert", StringComparison.Ordinal));
        Assert.Contains("--url, --token, --project, --as, --cacert, --json: as for every command, see 'parley help'.", help.Lines);
        Assert.Equal(help.Output, (await RunAsync(asOption.Split(' '))).Output);
    }

    [Theory]
    [InlineData("help sendd", "'sendd' is not a command of 'parley'. Did you mean 'send'?")]
    [InlineData("help token creat", "'creat' is not a command of 'token'. Did you mean 'create'?")]
    [InlineData("agent", "'agent' is not a command of 'parley'. Did you mean 'agents'?")]
    [InlineData("squads ad", "'ad' is not a command of 'parley squads'. Did you mean 'add'?")]
    public async Task An_unknown_command_is_reported_once_with_the_one_that_was_meant(string words, string sentence)
    {
        var run = await RunAsync(words.Split(' '));

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Equal($"parley: {sentence}", run.Error.Split('\n')[0]);
        Assert.Equal(2, run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task V_is_the_version()
    {
        var version = await RunAsync("-v");

        Assert.Equal(0, version.ExitCode);
        Assert.Equal((await RunAsync("--version")).Output, version.Output);
        Assert.Matches(@"^\d+\.\d+\.\d+", version.Output);
    }

    private static Task<CliRun> RunAsync(params string[] words) => Binary.RunAsync(Nothing, words, TestContext.Current.CancellationToken);
}
