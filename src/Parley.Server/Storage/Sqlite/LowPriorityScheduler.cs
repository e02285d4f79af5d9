using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Runs tasks one after another on a thread that the system runs after all others: for work that nobody waits for and that would
/// take a processor, for some milliseconds, from a message under way.</summary>
internal sealed partial class LowPriorityScheduler : TaskScheduler, IDisposable
{
    /// <summary>The lowest that Linux has for a thread which is still to get on, by about a seventieth, where every processor is busy.</summary>
    private const int Nicest = 19;

    private readonly BlockingCollection<Task> _tasks = [];
    private readonly Thread _thread;

    internal LowPriorityScheduler(string name)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = name, Priority = ThreadPriority.Lowest };
        _thread.Start();
    }

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Ends once what was given to it is done.</summary>
    public void Dispose()
    {
        _tasks.CompleteAdding();
        _thread.Join();
        _tasks.Dispose();
    }

    protected override void QueueTask(Task task) => _tasks.Add(task);

    /// <summary>Never on the thread of who waits: that is not a quiet one.</summary>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [.. _tasks];

    private void Run()
    {
        LetOthersGoFirst();
        SynchronizationContext.SetSynchronizationContext(new Elsewhere());
        foreach (var task in _tasks.GetConsumingEnumerable())
            TryExecuteTask(task);
    }

    /// <summary>On Linux .NET's own priorities do nothing. Where this is refused, or the C library has another name, the thread is as any other.</summary>
    private static void LetOthersGoFirst()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetPriority(which: 0, who: 0, Nicest);
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException)
        {
        }
    }

    /// <summary>Keeps what awaits a task off this thread. A task that was cancelled before it ran would go on here with whoever waited for it,
    /// up to the end of the server, which waits for this thread.</summary>
    private sealed class Elsewhere : SynchronizationContext;

    /// <param name="which">0: a process, which on Linux is a thread.</param>
    /// <param name="who">0: the one that calls.</param>
    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);
}
