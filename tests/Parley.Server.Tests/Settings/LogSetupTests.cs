using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Server.Settings;
using Xunit;

namespace Parley.Server.Tests.Settings;

public sealed class LogSetupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-log-").FullName;

    private string LogFile => Path.Combine(_folder, "parley.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_entry_is_a_line_in_the_file_of_the_settings()
    {
        Log(settings => settings, log => log.CreateLogger("Parley.Mailbox").LogInformation("Drained {Count} messages.", 3));
        Log(settings => settings, log => log.CreateLogger("Parley.Mailbox").LogWarning("Again."));

        Assert.Equal(
            "2026-01-22T13:56:52.000Z info Parley.Mailbox: Drained 3 messages.\n2026-01-22T13:56:52.000Z warning Parley.Mailbox: Again.\n",
            File.ReadAllText(LogFile).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Nobody_can_forge_an_entry_by_a_line_break_in_a_name()
    {
        Log(settings => settings, log => log.CreateLogger("Parley").LogWarning("No agent '{Name}'.", "x\n2026-01-22T13:56:52.000Z info Parley: all is well\u001b[2J"));

        var line = Assert.Single(File.ReadAllLines(LogFile));
        Assert.Contains("\\u000a2026", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', line);
    }

    [Fact]
    public void A_fault_is_logged_with_its_stack_indented_below_its_entry()
    {
        Log(settings => settings, log => log.CreateLogger("Parley").LogError(new InvalidDataException("broken"), "Failed."));

        var lines = File.ReadAllLines(LogFile);
        Assert.EndsWith("error Parley: Failed.", lines[0], StringComparison.Ordinal);
        Assert.Equal("    System.IO.InvalidDataException: broken", lines[1]);
    }

    [Theory]
    [InlineData(LogLevel.Information, false, "info warning error")]
    [InlineData(LogLevel.Error, false, "error")]
    [InlineData(LogLevel.Information, true, "debug info warning error")]
    [InlineData(LogLevel.Trace, true, "trace debug info warning error")]
    public void The_level_and_debug_decide_what_is_logged(LogLevel level, bool isDebug, string logged)
    {
        Log(settings => settings with { LogLevel = level, Debug = isDebug }, log =>
        {
            var logger = log.CreateLogger("Parley");
            for (var each = LogLevel.Trace; each <= LogLevel.Error; each++)
                logger.Log(each, "x");
        });

        Assert.Equal(logged, string.Join(' ', File.ReadAllLines(LogFile).Select(line => line.Split(' ')[1])));
    }

    [Fact]
    public void The_web_servers_logs_of_requests_are_left_out_at_every_level()
    {
        Log(settings => settings with { LogLevel = LogLevel.Trace }, log =>
        {
            log.CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics").LogInformation("GET /x?ticket=secret");
            log.CreateLogger("Microsoft.AspNetCore.Server.Kestrel").LogError("fault");
        });

        Assert.EndsWith("fault", Assert.Single(File.ReadAllLines(LogFile)), StringComparison.Ordinal);
    }

    private void Log(Func<ServerSettings, ServerSettings> change, Action<ILoggerFactory> log)
    {
        using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(new TestClock())
            .AddLogging(logging => logging.UseSettings(change(ServerSettings.Default with { LogFile = LogFile })))
            .BuildServiceProvider();
        log(services.GetRequiredService<ILoggerFactory>());
    }
}
