using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Parley.Server.Files;

namespace Parley.Server.Settings;

/// <summary>Writes one line per entry: time, level, category, text. The text may contain input from clients, so line breaks and other control
/// characters are escaped, and nobody can forge an entry.</summary>
/// <remarks>Each line is written before the call returns, so that the last lines before a crash are there. Hot paths do not log.</remarks>
internal sealed class LineLoggerProvider(TextWriter writer, TimeProvider clock) : ILoggerProvider
{
    /// <summary>The category in which the host reports that it could not start. The caller gets the same exception and reports it.</summary>
    private const string Host = "Microsoft.Extensions.Hosting.Internal.Host";
    private const int StartFaulted = 11;

    private readonly Lock _gate = new();

    /// <summary>Opens a file for appending. A new file is readable only by its owner; an existing one keeps its permissions. It may be renamed or
    /// truncated in the meantime, as log rotation does.</summary>
    public static TextWriter OpenFile(string path) => TextWriter.Synchronized(new StreamWriter(
        new FileStream(path, OwnerOnly.Options(FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)), new UTF8Encoding(false))
    {
        AutoFlush = true,
    });

    public ILogger CreateLogger(string categoryName) => new LineLogger(categoryName, this);

    public void Dispose()
    {
        // Standard error belongs to the process, so it must not be closed here.
        if (writer != Console.Error)
            writer.Dispose();
    }

    private void Write(LogLevel level, string category, string text, Exception? exception)
    {
        var line = new StringBuilder()
            .Append(clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))
            .Append(' ').Append(NameOf(level)).Append(' ').Append(category).Append(": ");
        Escape(line, text);
        foreach (var part in exception?.ToString().Split('\n') ?? [])
            Escape(line.Append("\n    "), part.TrimEnd('\r'));
        lock (_gate)
            writer.WriteLine(line);
    }

    private static void Escape(StringBuilder line, string text)
    {
        foreach (var letter in text)
        {
            if (char.IsControl(letter) && letter != '\t')
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            else
                line.Append(letter);
        }
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        _ => "error",
    };

    private sealed class LineLogger(string category, LineLoggerProvider provider) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        // The framework's filters have already decided.
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id != StartFaulted || category != Host)
                provider.Write(logLevel, category, formatter(state, exception), exception);
        }
    }
}
