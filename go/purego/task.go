package weighbridge

import (
	"context"
	"time"
)

// The result of poll while a task is not done.
const pending = 1

// How long a load is left alone before it is asked again whether it has ended: longer with each time.
const (
	shortestPause = 100 * time.Microsecond
	longestPause  = 20 * time.Millisecond
)

// loadAside has the threads of the host load a model. Without functions that C could call there is nobody to tell the end, so it is asked
// for again and again, between which the goroutine holds no thread.
func loadAside(ctx context.Context, model object, o *planOptions, placement *object) error {
	var plan, task object
	if err := try(func(err *object) int32 { return c.planCreate(model, o, &plan, err) }); err != nil {
		return err
	}
	defer c.planRelease(plan)
	if err := try(func(err *object) int32 { return c.planStart(plan, &task, err) }); err != nil {
		return err
	}
	// Cancels a task that has not ended, and waits for those who work on it.
	defer c.taskRelease(task)
	if err := await(ctx, task); err != nil {
		return err
	}
	return try(func(err *object) int32 { return c.taskFinish(task, placement, err) })
}

// await waits until a task has ended. The error is that of the context.
func await(ctx context.Context, task object) error {
	for pause := shortestPause; c.taskPoll(task, nil) == pending; pause *= 2 {
		if pause > longestPause {
			pause = longestPause
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return cancelled(ctx)
		}
	}
	return nil
}
